      * Reads what WRITEFAM writes, and shows every record by its type.
      *
      *   DD_FAMILY    the file to read
      *
      * Compile: cobc -x -std=ibm -fsign=ASCII -I tests/cobol
       IDENTIFICATION DIVISION.
       PROGRAM-ID. READFAM.
       ENVIRONMENT DIVISION.
       INPUT-OUTPUT SECTION.
       FILE-CONTROL.
           SELECT FAMILY-FILE ASSIGN TO FAMILY
               ORGANIZATION IS LINE SEQUENTIAL.
       DATA DIVISION.
       FILE SECTION.
       FD  FAMILY-FILE.
           COPY FAMREC.
       WORKING-STORAGE SECTION.
       01  AT-END                          PIC X     VALUE 'N'.
       01  SHOWN-PAY                       PIC -(5)9.99.
       PROCEDURE DIVISION.
       MAIN-LINE.
           OPEN INPUT FAMILY-FILE
           PERFORM READ-ONE UNTIL AT-END = 'Y'
           CLOSE FAMILY-FILE
           STOP RUN.
       READ-ONE.
           READ FAMILY-FILE AT END MOVE 'Y' TO AT-END.
           IF AT-END = 'N'
               EVALUATE COMP-TYPE
                   WHEN 'C' DISPLAY 'COMPANY ' COMP-NO ' ' COMP-NAME
                   WHEN 'D' DISPLAY 'DEPT ' DEPT-NAME ' ' DEPT-COUNT
                   WHEN 'P'
                       MOVE PERS-PAY TO SHOWN-PAY
                       DISPLAY 'PERSON ' PERS-NO ' ' SHOWN-PAY ' '
                           PERS-NAME
                   WHEN OTHER DISPLAY 'UNKNOWN ' COMP-TYPE
               END-EVALUATE
           END-IF.
