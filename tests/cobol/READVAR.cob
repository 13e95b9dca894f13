      *> Shows what DD_VARFILE holds: number, pay, count, length, skills.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. READVAR.
       ENVIRONMENT DIVISION.
       INPUT-OUTPUT SECTION.
       FILE-CONTROL.
           SELECT VAR-FILE ASSIGN TO "VARFILE"
               ORGANIZATION IS SEQUENTIAL
               FILE STATUS IS WS-STATUS.
       DATA DIVISION.
       FILE SECTION.
       FD  VAR-FILE
           RECORD IS VARYING IN SIZE FROM 10 TO 37 CHARACTERS
           DEPENDING ON VAR-LENGTH.
           COPY VARREC.
       WORKING-STORAGE SECTION.
       01  VAR-LENGTH           PIC 9(4).
       01  WS-STATUS            PIC XX.
       01  WS-PAY               PIC -(5)9.99.
       01  WS-REST              PIC 9(4).
       PROCEDURE DIVISION.
           OPEN INPUT VAR-FILE.
           IF WS-STATUS NOT = "00"
               DISPLAY "STATUS " WS-STATUS
               STOP RUN
           END-IF.
           PERFORM UNTIL WS-STATUS NOT = "00"
               READ VAR-FILE
               IF WS-STATUS = "00"
                   MOVE VAR-PAY TO WS-PAY
                   COMPUTE WS-REST = VAR-LENGTH - 8
                   DISPLAY VAR-NO "|" WS-PAY "|" VAR-COUNT "|"
                       VAR-LENGTH "|" VAR-REC(9:WS-REST)
               END-IF
           END-PERFORM.
           CLOSE VAR-FILE.
           STOP RUN.
