      * Writes companies with their departments and people, a line each:
      * three level-01 records that share the record area of one FD.
      *
      *   DD_FAMILY    the file to write
      *   FAM_COUNT    how many companies
      *
      * Company n has n modulo 3 departments; department d has d people
      * and d - 1 sites.
      *
      * Compile: cobc -x -std=ibm -fsign=ASCII -I tests/cobol
       IDENTIFICATION DIVISION.
       PROGRAM-ID. WRITEFAM.
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
       01  COUNT-TEXT                      PIC X(6).
       01  COMPANIES                       PIC 9(6).
       01  N                               PIC 9(6).
       01  D                               PIC 9(6).
       01  P                               PIC 9(6).
       01  PEOPLE                          PIC 9(6)  VALUE 0.
       01  DEPARTMENTS                     PIC 9(6).
       PROCEDURE DIVISION.
       MAIN-LINE.
           ACCEPT COUNT-TEXT FROM ENVIRONMENT 'FAM_COUNT'
           MOVE FUNCTION NUMVAL(COUNT-TEXT) TO COMPANIES
           OPEN OUTPUT FAMILY-FILE
           PERFORM WRITE-COMPANY VARYING N FROM 1 BY 1
               UNTIL N > COMPANIES
           CLOSE FAMILY-FILE
           STOP RUN.
       WRITE-COMPANY.
           MOVE SPACES TO COMP-REC
           MOVE 'C' TO COMP-TYPE
           MOVE N TO COMP-NO
           STRING 'Company ' COMP-NO DELIMITED BY SIZE INTO COMP-NAME
           WRITE COMP-REC
           COMPUTE DEPARTMENTS = FUNCTION MOD(N, 3)
           PERFORM WRITE-DEPARTMENT VARYING D FROM 1 BY 1
               UNTIL D > DEPARTMENTS.
       WRITE-DEPARTMENT.
           MOVE 3 TO DEPT-COUNT
           MOVE SPACES TO DEPT-REC
           MOVE 'D' TO DEPT-TYPE
           MOVE 'Dept' TO DEPT-NAME
           MOVE D TO DEPT-COUNT
           SUBTRACT 1 FROM DEPT-COUNT
           IF DEPT-COUNT > 0 MOVE 'ROME' TO DEPT-SITE(1).
           WRITE DEPT-REC
           PERFORM WRITE-PERSON VARYING P FROM 1 BY 1 UNTIL P > D.
       WRITE-PERSON.
           ADD 1 TO PEOPLE
           MOVE SPACES TO PERS-REC
           MOVE 'P' TO PERS-TYPE
           MOVE PEOPLE TO PERS-NO
           COMPUTE PERS-PAY = 100 - PEOPLE * 1.25
           STRING 'Person ' PERS-NO DELIMITED BY SIZE INTO PERS-NAME
           WRITE PERS-REC.
