      * Reads the results that hrbus writes back, and says what it
      * understood: one line a field, NAME=VALUE.
      *
      *   DD_RESULTS   the file to read
      *   RES_CODE     EBCDIC or ASCII: what its text is in
      *
      * Compile: cobc -x -std=ibm -fsign=EBCDIC -I mappings/copybooks
       IDENTIFICATION DIVISION.
       PROGRAM-ID. READRES.
       ENVIRONMENT DIVISION.
       INPUT-OUTPUT SECTION.
       FILE-CONTROL.
           SELECT RESULT-FILE ASSIGN TO RESULTS
               ORGANIZATION IS SEQUENTIAL.
       DATA DIVISION.
       FILE SECTION.
       FD  RESULT-FILE RECORD CONTAINS 408 CHARACTERS.
       01  RESULT-IN                       PIC X(408).
       WORKING-STORAGE SECTION.
           COPY PAGE037.
           COPY HEADREC.
           COPY TRAILREC.
           COPY RESULTRC.
       01  WORK-FIELDS.
           05  CODE-OF-TEXT                PIC X(6).
           05  DONE                        PIC X VALUE 'N'.
           05  REC-TYPE                    PIC X.
           05  DETAILS                     PIC 9(9) VALUE 0.
           05  J                           PIC 9(2).
           05  SHOWN-COUNT                 PIC 9(2).
           05  SHOWN-SCORE                 PIC +999.99.
           05  REC-LENGTH                  PIC 9(4).
       PROCEDURE DIVISION.
       MAIN-LINE.
           ACCEPT CODE-OF-TEXT FROM ENVIRONMENT "RES_CODE"
           OPEN INPUT RESULT-FILE
           PERFORM UNTIL DONE = 'Y'
               READ RESULT-FILE
                   AT END MOVE 'Y' TO DONE
                   NOT AT END PERFORM ONE-RECORD
               END-READ
           END-PERFORM
           CLOSE RESULT-FILE
           STOP RUN.
       ONE-RECORD.
           MOVE RESULT-IN(1:1) TO REC-TYPE
           IF CODE-OF-TEXT = 'EBCDIC'
               INSPECT REC-TYPE CONVERTING EBCDIC-CHARS TO ASCII-CHARS
           END-IF
           EVALUATE REC-TYPE
               WHEN 'H' PERFORM SHOW-HEADER
               WHEN 'D' PERFORM SHOW-RESULT
               WHEN 'T' PERFORM SHOW-TRAILER
               WHEN OTHER DISPLAY 'UNKNOWN=' REC-TYPE
           END-EVALUATE.
       SHOW-HEADER.
           MOVE RESULT-IN(1:23) TO HEAD-REC
           IF CODE-OF-TEXT = 'EBCDIC'
               INSPECT HEAD-REC CONVERTING EBCDIC-CHARS TO ASCII-CHARS
           END-IF
           DISPLAY 'HEAD-FILE-ID=' HEAD-FILE-ID
           DISPLAY 'HEAD-CREATED-ON=' HEAD-CREATED-ON
           DISPLAY 'HEAD-SEQUENCE=' HEAD-SEQUENCE.
       SHOW-TRAILER.
           MOVE RESULT-IN(1:10) TO TRAIL-REC
           IF CODE-OF-TEXT = 'EBCDIC'
               INSPECT TRAIL-REC CONVERTING EBCDIC-CHARS TO ASCII-CHARS
           END-IF
           DISPLAY 'TRAIL-COUNT=' TRAIL-COUNT
           DISPLAY 'COUNTED=' DETAILS.
       SHOW-RESULT.
           ADD 1 TO DETAILS
           MOVE 8 TO RES-DIM-COUNT
           MOVE RESULT-IN TO RES-REC
           IF CODE-OF-TEXT = 'EBCDIC'
               PERFORM TO-ASCII
           END-IF
           DISPLAY 'RES-APPL-NO=' RES-APPL-NO
           DISPLAY 'RES-ORDER-ID=' RES-ORDER-ID
           DISPLAY 'RES-STATUS=' RES-STATUS
           IF RES-COMPLETED
               DISPLAY 'COMPLETED=YES'
           END-IF
           DISPLAY 'RES-SCORED-ON=' RES-SCORED-ON
           MOVE RES-SCORE TO SHOWN-SCORE
           DISPLAY 'RES-SCORE=' SHOWN-SCORE
           DISPLAY 'RES-BAND=' RES-BAND
           DISPLAY 'RES-ADVICE=' RES-ADVICE
           DISPLAY 'RES-COMMENT=' RES-COMMENT
           MOVE RES-DIM-COUNT TO SHOWN-COUNT
           DISPLAY 'RES-DIM-COUNT=' SHOWN-COUNT
           PERFORM VARYING J FROM 1 BY 1 UNTIL J > RES-DIM-COUNT
               DISPLAY 'DIM-CODE=' DIM-CODE(J)
               MOVE DIM-SCORE(J) TO SHOWN-SCORE
               DISPLAY 'DIM-SCORE=' SHOWN-SCORE
           END-PERFORM.
       TO-ASCII.
           INSPECT RES-REC(1:54)
               CONVERTING EBCDIC-CHARS TO ASCII-CHARS
           INSPECT RES-REC(58:141)
               CONVERTING EBCDIC-CHARS TO ASCII-CHARS
           PERFORM VARYING J FROM 1 BY 1 UNTIL J > RES-DIM-COUNT
               INSPECT RES-DIM(J)
                   CONVERTING EBCDIC-CHARS TO ASCII-CHARS
           END-PERFORM.
