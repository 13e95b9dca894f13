      * VACREC  open vacancies and what each of them asks for.
       01  VAC-REC.
           05  VAC-REC-TYPE                PIC X.
           05  VAC-NO                      PIC X(12).
           05  VAC-TITLE                   PIC X(40).
           05  VAC-DEPARTMENT              PIC X(30).
           05  VAC-STATUS                  PIC X.
               88  VAC-OPEN                    VALUE 'O'.
               88  VAC-CLOSED                  VALUE 'C'.
           05  VAC-START-ON                PIC 9(8).
           05  VAC-REQ OCCURS 4 TIMES.
               10  REQ-CODE                PIC X(4).
               10  REQ-WEIGHT              PIC 9(3).
               10  REQ-MINIMUM             PIC 9(3)V9 COMP-3.
