      * RESULTRC  what the legacy HR system reads back: one interview.
       01  RES-REC.
           05  RES-REC-TYPE                PIC X      VALUE 'D'.
           05  RES-APPL-NO                 PIC 9(8).
           05  RES-ORDER-ID                PIC X(36).
           05  RES-STATUS                  PIC X.
               88  RES-COMPLETED               VALUE 'C'.
               88  RES-REVISED                 VALUE 'R'.
           05  RES-SCORED-ON               PIC 9(8).
           05  RES-SCORE                   PIC S9(3)V99 COMP-3.
           05  RES-BAND                    PIC X(20).
           05  RES-ADVICE                  PIC X.
               88  RES-ADVANCE                 VALUE 'A'.
               88  RES-HOLD                    VALUE 'H'.
               88  RES-REJECT                  VALUE 'R'.
           05  RES-COMMENT                 PIC X(120).
           05  RES-DIM-COUNT               PIC 9(2)   COMP.
           05  RES-DIM OCCURS 0 TO 8 TIMES
                   DEPENDING ON RES-DIM-COUNT.
               10  DIM-CODE                PIC X(20).
               10  DIM-SCORE               PIC S9(3)V99
                       SIGN IS TRAILING SEPARATE.
