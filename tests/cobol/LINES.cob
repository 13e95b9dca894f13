       IDENTIFICATION DIVISION.
       PROGRAM-ID. LINES.
      * WRITE makes a text file of LINEREC, READ shows what it holds.
      * The name stands behind a table that changes its length, and the
      * blanks at its end are not in the file.
      *
      * Compile: cobc -x -std=ibm -fodoslide
       ENVIRONMENT DIVISION.
       INPUT-OUTPUT SECTION.
       FILE-CONTROL.
           SELECT RECS ASSIGN TO "RECORDS"
               ORGANIZATION LINE SEQUENTIAL.
       DATA DIVISION.
       FILE SECTION.
       FD  RECS.
       01  REC                    PIC X(60).
       WORKING-STORAGE SECTION.
       01  WS-MODE                PIC X(5).
       01  WS-DONE                PIC X         VALUE 'N'.
       01  WS-N                   PIC 9(5)      VALUE 0.
       01  WS-I                   PIC 9(2).
       01  WS-NAME.
           05  FILLER             PIC X(5)      VALUE 'name '.
           05  WS-NAME-NO         PIC 9(5).
       01  WS-LENGTH              PIC 9(2).
       COPY LINEREC.
       PROCEDURE DIVISION.
       MAIN-LINE.
           ACCEPT WS-MODE FROM ENVIRONMENT "RECORDS_MODE"
           IF WS-MODE = 'WRITE'
               OPEN OUTPUT RECS
               PERFORM WRITE-ONE VARYING WS-N FROM 1 BY 1
                   UNTIL WS-N > 30
           ELSE
               OPEN INPUT RECS
               PERFORM READ-ONE UNTIL WS-DONE = 'Y'
           END-IF
           CLOSE RECS
           STOP RUN.
       WRITE-ONE.
           MOVE WS-N TO LN-NO
           COMPUTE LN-AMOUNT = 100 - WS-N * 10.25
           MOVE LN-AMOUNT TO LN-SHOWN
           COMPUTE LN-PARTS = FUNCTION MOD (WS-N, 4)
           PERFORM VARYING WS-I FROM 1 BY 1 UNTIL WS-I > LN-PARTS
               COMPUTE LN-PART (WS-I) = 50 - WS-N * WS-I
           END-PERFORM
           MOVE WS-N TO WS-NAME-NO
           MOVE SPACES TO LN-NAME
           COMPUTE WS-LENGTH = FUNCTION MOD (WS-N, 11)
           IF WS-LENGTH > 0
               MOVE WS-NAME (1:WS-LENGTH) TO LN-NAME
           END-IF
           WRITE REC FROM LINE-REC.
       READ-ONE.
           READ RECS
               AT END MOVE 'Y' TO WS-DONE
               NOT AT END
                   MOVE 3 TO LN-PARTS
                   MOVE REC TO LINE-REC
                   DISPLAY LN-NO ' ' LN-AMOUNT ' ' LN-SHOWN ' ' LN-NAME
                   PERFORM VARYING WS-I FROM 1 BY 1
                       UNTIL WS-I > LN-PARTS
                       DISPLAY LN-PART (WS-I)
                   END-PERFORM
           END-READ.
