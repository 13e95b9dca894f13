       01  LINE-REC.
           05  LN-NO        PIC 9(5).
           05  LN-AMOUNT    PIC S9(5)V99 SIGN LEADING SEPARATE.
           05  LN-SHOWN     PIC -(5)9.99.
           05  LN-PARTS     PIC 9.
           05  LN-PART      OCCURS 0 TO 3 TIMES
                            DEPENDING ON LN-PARTS PIC S9(3).
           05  LN-NAME      PIC X(10).
