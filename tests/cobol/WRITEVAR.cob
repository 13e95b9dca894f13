      *> Writes DD_VARFILE: twelve records of different lengths.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. WRITEVAR.
       ENVIRONMENT DIVISION.
       INPUT-OUTPUT SECTION.
       FILE-CONTROL.
           SELECT VAR-FILE ASSIGN TO "VARFILE"
               ORGANIZATION IS SEQUENTIAL.
       DATA DIVISION.
       FILE SECTION.
       FD  VAR-FILE
           RECORD IS VARYING IN SIZE FROM 10 TO 37 CHARACTERS
           DEPENDING ON VAR-LENGTH.
           COPY VARREC.
       WORKING-STORAGE SECTION.
       01  VAR-LENGTH           PIC 9(4) COMP.
       01  WS-NO                PIC 9(4).
       01  WS-SKILL             PIC 9(4).
       PROCEDURE DIVISION.
           OPEN OUTPUT VAR-FILE.
           PERFORM VARYING WS-NO FROM 1 BY 1 UNTIL WS-NO > 12
               MOVE WS-NO TO VAR-NO
               COMPUTE VAR-PAY = WS-NO * 1.25 - 5
               COMPUTE VAR-COUNT = FUNCTION MOD(WS-NO, 10)
               PERFORM VARYING WS-SKILL FROM 1 BY 1
                   UNTIL WS-SKILL > VAR-COUNT
                   MOVE "S--" TO VAR-SKILL(WS-SKILL)
                   MOVE WS-SKILL(4:1) TO VAR-SKILL(WS-SKILL)(2:1)
               END-PERFORM
               COMPUTE VAR-LENGTH = 10 + 3 * VAR-COUNT
               WRITE VAR-REC
           END-PERFORM.
           CLOSE VAR-FILE.
           STOP RUN.
