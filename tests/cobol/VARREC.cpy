       01  VAR-REC.
           05  VAR-NO           PIC 9(4).
           05  VAR-PAY          PIC S9(5)V99 COMP-3.
           05  VAR-COUNT        PIC 9(2).
           05  VAR-SKILL        OCCURS 0 TO 9 TIMES
                                DEPENDING ON VAR-COUNT PIC X(3).
