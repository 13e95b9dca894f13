      * Writes an applicant extract as a Chinese system on ASCII would:
      * names in GB18030, signs over digits in the ASCII manner.
      *
      *   DD_EXTRACT   the file to write
      *
      * Compile: cobc -x -std=ibm -fsign=ASCII -I mappings/copybooks
       IDENTIFICATION DIVISION.
       PROGRAM-ID. WRITEGBK.
       ENVIRONMENT DIVISION.
       INPUT-OUTPUT SECTION.
       FILE-CONTROL.
           SELECT EXTRACT-FILE ASSIGN TO EXTRACT
               ORGANIZATION IS SEQUENTIAL.
       DATA DIVISION.
       FILE SECTION.
       FD  EXTRACT-FILE RECORD CONTAINS 770 CHARACTERS.
       01  EXTRACT-REC                     PIC X(770).
       WORKING-STORAGE SECTION.
           COPY HEADREC.
           COPY TRAILREC.
           COPY APPLREC.
       01  N                               PIC 9(4).
       PROCEDURE DIVISION.
       MAIN-LINE.
           OPEN OUTPUT EXTRACT-FILE
           MOVE 'H' TO HEAD-TYPE
           MOVE 'APPLXTR' TO HEAD-FILE-ID
           MOVE 20260131 TO HEAD-CREATED-ON
           MOVE 18 TO HEAD-SEQUENCE
           MOVE HEAD-REC TO EXTRACT-REC
           WRITE EXTRACT-REC
           PERFORM WRITE-ONE VARYING N FROM 1 BY 1 UNTIL N > 3
           MOVE 'T' TO TRAIL-TYPE
           MOVE 3 TO TRAIL-COUNT
           MOVE TRAIL-REC TO EXTRACT-REC
           WRITE EXTRACT-REC
           CLOSE EXTRACT-FILE
           STOP RUN.
       WRITE-ONE.
           MOVE 5 TO APPL-JOB-COUNT
           INITIALIZE APPL-REC
           MOVE SPACES TO EXTRACT-REC
           MOVE 'D' TO APPL-REC-TYPE
           MOVE N TO APPL-NO
           STRING 'P' N DELIMITED BY SIZE INTO APPL-PERSON-NO
           MOVE 'VAC-1' TO APPL-VAC-NO
           MOVE 'A' TO APPL-STATUS
           COMPUTE APPL-YEARS = 2.5 - N * 1.5
           COMPUTE APPL-PAY-EXPECTED = 0 - N * 0.01
           COMPUTE APPL-BATCH-SEQ = N - 2
      * Three people: two characters, three, and one that GB18030 writes
      * with four bytes beside one that GBK has.
           EVALUATE N
               WHEN 1
                   MOVE X'CDF5' TO APPL-FAMILY-NAME
                   MOVE X'D0A1C3F7' TO APPL-GIVEN-NAME
               WHEN 2
                   MOVE X'C5B7D1F4' TO APPL-FAMILY-NAME
                   MOVE X'E946' TO APPL-GIVEN-NAME
               WHEN 3
                   MOVE X'C1F5' TO APPL-FAMILY-NAME
                   MOVE X'9532823681308130' TO APPL-GIVEN-NAME
           END-EVALUATE
           MOVE 0 TO APPL-JOB-COUNT
           MOVE APPL-REC(1:410) TO EXTRACT-REC(1:410)
           WRITE EXTRACT-REC.
