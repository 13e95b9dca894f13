       IDENTIFICATION DIVISION.
       PROGRAM-ID. EVERY.
      * WRITE makes records of EVERYREC: the first as its VALUE clauses
      * leave it, the others computed from their number. READ shows
      * what each record holds.
       ENVIRONMENT DIVISION.
       INPUT-OUTPUT SECTION.
       FILE-CONTROL.
           SELECT RECS ASSIGN TO "RECORDS"
               ORGANIZATION SEQUENTIAL.
       DATA DIVISION.
       FILE SECTION.
       FD  RECS.
       01  REC                    PIC X(184).
       WORKING-STORAGE SECTION.
       01  WS-MODE                PIC X(5).
       01  WS-DONE                PIC X         VALUE 'N'.
       01  WS-N                   PIC 9(5)      VALUE 0.
       01  WS-I                   PIC 9(2).
       01  WS-SHOWN               PIC S9(7)V99  SIGN LEADING SEPARATE.
       01  WS-TEXT                PIC X(6).
       COPY EVERYREC.
       PROCEDURE DIVISION.
       MAIN-LINE.
           ACCEPT WS-MODE FROM ENVIRONMENT "RECORDS_MODE"
           IF WS-MODE = 'WRITE'
               OPEN OUTPUT RECS
               WRITE REC FROM EVERY-REC
               PERFORM WRITE-ONE VARYING WS-N FROM 1 BY 1
                   UNTIL WS-N > 20
           ELSE
               OPEN INPUT RECS
               PERFORM READ-ONE UNTIL WS-DONE = 'Y'
           END-IF
           CLOSE RECS
           STOP RUN.
       WRITE-ONE.
           MOVE WS-N TO EV-NO
           MOVE 5 TO EV-LINES
           COMPUTE EV-HALF = 500 - WS-N * 100
           COMPUTE EV-WORD = WS-N * 1000003
           COMPUTE EV-LONG = WS-N * -98765432109
           PERFORM VARYING WS-I FROM 1 BY 1 UNTIL WS-I > 3
               MOVE 'k' TO EV-CODE (WS-I)
               COMPUTE EV-COUNT (WS-I) = WS-N * WS-I
               COMPUTE EV-RATE (WS-I) = 9.99 - WS-N * WS-I
           END-PERFORM
           IF FUNCTION MOD (WS-N, 3) = 0
               MOVE 'N' TO EV-KIND
               MOVE 'a name' TO EV-NAME
           ELSE
               MOVE 'A' TO EV-KIND
               COMPUTE EV-AMOUNT = 1.11 * WS-N - 5
               MOVE 'SEK' TO EV-CURRENCY
           END-IF
           COMPUTE EV-LEFT = 10 - WS-N
           COMPUTE EV-APART = WS-N / 2 - 4
           COMPUTE WS-SHOWN = WS-N * 321.5 - 1000
           MOVE WS-SHOWN TO EV-SHOWN
           COMPUTE EV-DATE = 1012026 + WS-N * 1000000
           MOVE WS-N TO WS-TEXT
           MOVE WS-TEXT (3:3) TO EV-RIGHT
           COMPUTE EV-NATIVE = WS-N * -77777
           COMPUTE EV-PLAIN = WS-N * 4321
           COMPUTE EV-BIG = WS-N * -1234567890123456.000001
           COMPUTE EV-FLOAT = WS-N / 8
           PERFORM VARYING WS-I FROM 1 BY 1 UNTIL WS-I > 5
               MOVE 'xyz' TO EV-TEXT (WS-I)
               COMPUTE EV-UNITS (WS-I) = WS-I * 10 - WS-N
           END-PERFORM
           COMPUTE EV-LINES = FUNCTION MOD (WS-N, 6)
           MOVE SPACES TO REC
           WRITE REC FROM EVERY-REC.
       READ-ONE.
           MOVE 5 TO EV-LINES
           READ RECS
               AT END MOVE 'Y' TO WS-DONE
               NOT AT END
                   MOVE REC TO EVERY-REC
                   PERFORM SHOW-ONE
           END-READ.
       SHOW-ONE.
           DISPLAY EV-NO ' ' EV-KIND ' ' EV-HALF ' ' EV-MARK ' '
               EV-WORD ' ' EV-LONG
           PERFORM VARYING WS-I FROM 1 BY 1 UNTIL WS-I > 3
               DISPLAY EV-CODE (WS-I) ' ' EV-COUNT (WS-I) ' '
                   EV-RATE (WS-I)
           END-PERFORM
           IF EV-IS-NAME
               DISPLAY EV-NAME
           ELSE
               DISPLAY EV-AMOUNT ' ' EV-CURRENCY
           END-IF
           DISPLAY EV-LEFT ' ' EV-APART ' ' EV-SHOWN ' ' EV-DATE ' '
               EV-RIGHT ' ' EV-SPACE ' ' EV-QUOTE ' ' EV-ZERO
           DISPLAY EV-NATIVE ' ' EV-PLAIN ' ' EV-BIG ' ' EV-FLOAT
           PERFORM VARYING WS-I FROM 1 BY 1 UNTIL WS-I > EV-LINES
               DISPLAY EV-TEXT (WS-I) ' ' EV-UNITS (WS-I)
           END-PERFORM.
