      * A field of every kind; SYNC needs slack bytes, on purpose.
       01  EVERY-REC.
           05  EV-NO        PIC 9(5) VALUE 7.
           05  EV-KIND      PIC X VALUE 'A'.
               88  EV-IS-AMOUNT VALUE 'A'.
               88  EV-IS-NAME VALUE 'N' 'M'.
           05  EV-HALF      PIC S9(4) COMP SYNC VALUE -12.
           05  EV-MARK      PIC X(3) VALUE ALL '*+'.
           05  EV-WORD      PIC S9(9) BINARY SYNC VALUE 123456.
           05  FILLER       PIC X VALUE X'C1'.
           05  EV-LONG      PIC S9(15) COMP SYNC VALUE -1.
           05  EV-BLOCK.
               10  EV-CELL  OCCURS 3 TIMES.
                   15  EV-CODE PIC X(2) VALUE 'cd'.
                   15  EV-COUNT PIC 9(8) COMP SYNC VALUE 5.
                   15  EV-RATE PIC S9(5)V99 COMP-3 VALUE -1.5.
           05  EV-BODY.
               10  EV-AMOUNT PIC S9(7)V99 COMP-3 VALUE 12.34.
               10  EV-CURRENCY PIC X(3) VALUE 'EUR'.
           05  EV-NAME      REDEFINES EV-BODY PIC X(8).
           05  EV-LEFT      PIC S9(4) SIGN LEADING
                            VALUE -42.
           05  EV-APART     PIC S9(4)V9 SIGN TRAILING SEPARATE
                            VALUE 1.5.
           05  EV-SHOWN     PIC $$,$$9.99CR VALUE '    $0.00  '.
           05  EV-DATE      PIC 99/99/9999 VALUE '01/02/2026'.
           05  EV-RIGHT     PIC X(6) JUSTIFIED.
           05  EV-SPACE     PIC X(4) VALUE SPACES.
           05  EV-LOW       PIC X(2) VALUE LOW-VALUES.
           05  EV-HIGH      PIC X(2) VALUE HIGH-VALUES.
           05  EV-QUOTE     PIC X(2) VALUE QUOTES.
           05  EV-ZERO      PIC X(2) VALUE ZEROS.
           05  EV-NATIVE    PIC S9(9) COMP-5 VALUE -3.
           05  EV-PLAIN     PIC 9(5) COMP-6 VALUE 54321.
           05  EV-BIG       PIC S9(25)V9(6) COMP-3 VALUE -7.25.
           05  EV-FLOAT     COMP-2 SYNC VALUE 2.5.
           05  EV-LINES     PIC 9(2) VALUE 2.
           05  EV-LINE      OCCURS 0 TO 5 TIMES
                            DEPENDING ON EV-LINES.
               10  EV-TEXT  PIC X(3) VALUE 'txt'.
               10  EV-UNITS PIC S9(3) VALUE -1.
