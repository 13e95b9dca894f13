      * Three types of records of one file, each with a place of its
      * own for what says so: a company, its departments, their people.
       01  COMP-REC.
           05  COMP-TYPE                   PIC X     VALUE 'C'.
           05  COMP-NO                     PIC 9(4).
           05  COMP-NAME                   PIC X(20).
       01  DEPT-REC.
           05  DEPT-TYPE                   PIC X     VALUE 'D'.
           05  DEPT-NAME                   PIC X(12).
           05  DEPT-COUNT                  PIC 9.
           05  DEPT-SITE                   OCCURS 0 TO 3 TIMES
                                           DEPENDING ON DEPT-COUNT
                                           PIC X(4).
       01  PERS-REC.
           05  PERS-TYPE                   PIC X     VALUE 'P'.
           05  PERS-NO                     PIC 9(6).
           05  PERS-PAY                    PIC S9(5)V99.
           05  FILLER                      PIC X(3).
           05  PERS-NAME                   PIC X(30).
