      * Writes an applicant extract as the mainframe would: EBCDIC text,
      * zoned, packed and binary numbers, a header and a trailer.
      *
      *   DD_EXTRACT   the file to write
      *   APPL_COUNT   how many applicants
      *   APPL_BAD     the number of the one whose pay is no number (0)
      *
      * Compile: cobc -x -std=ibm -fsign=EBCDIC -I mappings/copybooks
       IDENTIFICATION DIVISION.
       PROGRAM-ID. WRITEAPP.
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
           COPY PAGE037.
           COPY HEADREC.
           COPY TRAILREC.
           COPY APPLREC.
       01  WORK-FIELDS.
           05  PARAMETER-TEXT              PIC X(9).
           05  HOW-MANY                    PIC 9(9).
           05  BAD-ONE                     PIC 9(9).
           05  N                           PIC 9(9).
           05  J                           PIC 9(9).
           05  JOBS                        PIC 9(2).
           05  REC-LENGTH                  PIC 9(4).
           05  N-TEXT                      PIC 9(6).
           05  REMAINDER-OF-N              PIC 9(9).
       PROCEDURE DIVISION.
       MAIN-LINE.
           ACCEPT PARAMETER-TEXT FROM ENVIRONMENT "APPL_COUNT"
           COMPUTE HOW-MANY = FUNCTION NUMVAL(PARAMETER-TEXT)
           MOVE SPACES TO PARAMETER-TEXT
           ACCEPT PARAMETER-TEXT FROM ENVIRONMENT "APPL_BAD"
           COMPUTE BAD-ONE = FUNCTION NUMVAL(PARAMETER-TEXT)
           OPEN OUTPUT EXTRACT-FILE
           PERFORM WRITE-HEADER
           PERFORM WRITE-ONE VARYING N FROM 1 BY 1 UNTIL N > HOW-MANY
           PERFORM WRITE-TRAILER
           CLOSE EXTRACT-FILE
           STOP RUN.
       WRITE-HEADER.
           MOVE 'H' TO HEAD-TYPE
           MOVE 'APPLXTR' TO HEAD-FILE-ID
           MOVE 20260131 TO HEAD-CREATED-ON
           MOVE 17 TO HEAD-SEQUENCE
           MOVE ALL X'40' TO EXTRACT-REC
           INSPECT HEAD-REC CONVERTING ASCII-CHARS TO EBCDIC-CHARS
           MOVE HEAD-REC TO EXTRACT-REC(1:23)
           WRITE EXTRACT-REC.
       WRITE-TRAILER.
           MOVE 'T' TO TRAIL-TYPE
           MOVE HOW-MANY TO TRAIL-COUNT
           MOVE ALL X'40' TO EXTRACT-REC
           INSPECT TRAIL-REC CONVERTING ASCII-CHARS TO EBCDIC-CHARS
           MOVE TRAIL-REC TO EXTRACT-REC(1:10)
           WRITE EXTRACT-REC.
       WRITE-ONE.
           MOVE 5 TO APPL-JOB-COUNT
           MOVE ALL X'40' TO APPL-REC
           COMPUTE JOBS = FUNCTION MOD(N, 6)
           MOVE JOBS TO APPL-JOB-COUNT
           MOVE N TO N-TEXT
           PERFORM FILL-PERSON
           PERFORM FILL-NUMBERS
           PERFORM FILL-TABLES
           PERFORM TO-EBCDIC
           COMPUTE REC-LENGTH = 410 + 72 * JOBS
           MOVE ALL X'40' TO EXTRACT-REC
           MOVE APPL-REC(1:REC-LENGTH) TO EXTRACT-REC(1:REC-LENGTH)
           IF N = BAD-ONE
               MOVE X'FFFFFFFFFF' TO EXTRACT-REC(264:5)
           END-IF
           WRITE EXTRACT-REC.
       FILL-PERSON.
           MOVE 'D' TO APPL-REC-TYPE
           COMPUTE APPL-NO = 10000 + N
           MOVE SPACES TO APPL-PERSON-NO APPL-VAC-NO APPL-NAME
           STRING 'P' N-TEXT DELIMITED BY SIZE INTO APPL-PERSON-NO
           COMPUTE REMAINDER-OF-N = FUNCTION MOD(N, 5) + 1
           STRING 'VAC-' REMAINDER-OF-N(9:1) DELIMITED BY SIZE
               INTO APPL-VAC-NO
           MOVE 'A' TO APPL-STATUS
           IF FUNCTION MOD(N, 7) = 0
               MOVE 'W' TO APPL-STATUS
           END-IF
           STRING 'Family' N-TEXT DELIMITED BY SIZE
               INTO APPL-FAMILY-NAME
           STRING 'Given ' N-TEXT DELIMITED BY SIZE
               INTO APPL-GIVEN-NAME
           MOVE 19900215 TO APPL-BIRTH-DATE
           MOVE 'S' TO APPL-MARITAL
           MOVE SPACES TO APPL-EMAIL APPL-PHONE APPL-ADDRESS
           STRING 'a' N-TEXT '@example.test' DELIMITED BY SIZE
               INTO APPL-EMAIL
           STRING '+4930' N-TEXT DELIMITED BY SIZE INTO APPL-PHONE
           MOVE 'Main Street 1 & 2 <left>' TO APPL-STREET
           MOVE 'Springfield' TO APPL-CITY
           MOVE '10115' TO APPL-POSTCODE
           MOVE 'DE' TO APPL-COUNTRY
           MOVE 'en' TO APPL-LANG.
       FILL-NUMBERS.
           MOVE 20260115 TO APPL-APPLIED-ON
           COMPUTE APPL-YEARS = FUNCTION MOD(N, 199) / 10 - 9.5
           COMPUTE APPL-PAY-EXPECTED = N * 1.11 - 5
           MOVE 'EUR' TO APPL-PAY-CURRENCY
           COMPUTE APPL-BATCH-SEQ = 0 - N
           MOVE 'N2026-1' TO APPL-CONSENT-NOTICE
           MOVE 20260114 TO APPL-CONSENT-ON
           MOVE 'Y' TO APPL-CONSENT-AI APPL-CONSENT-RECORDING
           MOVE 'N' TO APPL-CONSENT-ABROAD
           MOVE 'Technical University' TO APPL-SCHOOL
           MOVE 'MSc' TO APPL-DEGREE
           MOVE 2015 TO APPL-DEGREE-YEAR
           MOVE SPACES TO APPL-CHANNEL
           MOVE 'WEB' TO APPL-CHANNEL
           IF FUNCTION MOD(N, 4) = 0
               COMPUTE APPL-AGENCY-NO = 400 + N
               MOVE SPACES TO APPL-CHANNEL(7:4)
           END-IF.
       FILL-TABLES.
           PERFORM VARYING J FROM 1 BY 1 UNTIL J > 4
               MOVE SPACES TO SKILL-CODE(J)
               MOVE 0 TO SKILL-LEVEL(J)
           END-PERFORM
           MOVE 'CB' TO SKILL-CODE(1)
           COMPUTE SKILL-LEVEL(1) = FUNCTION MOD(N, 10)
           MOVE 'JV' TO SKILL-CODE(2)
           MOVE 9 TO SKILL-LEVEL(2)
           PERFORM VARYING J FROM 1 BY 1 UNTIL J > JOBS
               MOVE SPACES TO APPL-JOB(J)
               STRING 'Employer ' J(9:1) DELIMITED BY SIZE
                   INTO JOB-EMPLOYER(J)
               STRING 'Title ' N-TEXT DELIMITED BY SIZE
                   INTO JOB-TITLE(J)
               COMPUTE JOB-FROM(J) = 201000 + J
               MOVE 0 TO JOB-TO(J)
           END-PERFORM.
      * Everything but packed and binary numbers; the bytes that stand
      * between them are text or zoned. APPL-YEARS has its sign over a
      * digit, which -fsign=EBCDIC puts as the character to convert.
       TO-EBCDIC.
           INSPECT APPL-REC(1:263)
               CONVERTING ASCII-CHARS TO EBCDIC-CHARS
           INSPECT APPL-PAY-CURRENCY
               CONVERTING ASCII-CHARS TO EBCDIC-CHARS
           INSPECT APPL-REC(276:93)
               CONVERTING ASCII-CHARS TO EBCDIC-CHARS
           INSPECT APPL-REC(369:20)
               CONVERTING ASCII-CHARS TO EBCDIC-CHARS
           PERFORM VARYING J FROM 1 BY 1 UNTIL J > JOBS
               INSPECT APPL-JOB(J)
                   CONVERTING ASCII-CHARS TO EBCDIC-CHARS
           END-PERFORM.
