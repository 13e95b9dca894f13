      * First record of every extract: what it is, and of which day.
       01  HEAD-REC.
           05  HEAD-TYPE                   PIC X      VALUE 'H'.
           05  HEAD-FILE-ID                PIC X(8).
           05  HEAD-CREATED-ON             PIC 9(8).
           05  HEAD-SEQUENCE               PIC 9(6).
