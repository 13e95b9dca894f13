      *----------------------------------------------------------------*
      * APPLREC  applicant extract: one record for each application    *
      * Written by the nightly HR job; 770 bytes, fixed.               *
      *----------------------------------------------------------------*
       01  APPL-REC.
           05  APPL-REC-TYPE               PIC X.
               88  APPL-DETAIL                 VALUE 'D'.
           05  APPL-NO                     PIC 9(8).
           05  APPL-PERSON-NO              PIC X(10).
           05  APPL-VAC-NO                 PIC X(12).
           05  APPL-STATUS                 PIC X.
               88  APPL-ACTIVE                 VALUE 'A'.
               88  APPL-WITHDRAWN              VALUE 'W'.
           05  APPL-NAME.
               10  APPL-FAMILY-NAME        PIC X(30).
               10  APPL-GIVEN-NAME         PIC X(30).
           05  APPL-BIRTH-DATE             PIC 9(8).
           05  APPL-MARITAL                PIC X.
           05  APPL-EMAIL                  PIC X(50).
           05  APPL-PHONE                  PIC X(20).
           05  APPL-ADDRESS.
               10  APPL-STREET             PIC X(40).
               10  APPL-CITY               PIC X(24).
               10  APPL-POSTCODE           PIC X(10).
               10  APPL-COUNTRY            PIC X(2).
           05  APPL-LANG                   PIC X(5).
           05  APPL-APPLIED-ON             PIC 9(8).
           05  APPL-YEARS                  PIC S9(2)V9.
           05  APPL-PAY-EXPECTED           PIC S9(7)V99 COMP-3.
           05  APPL-PAY-CURRENCY           PIC X(3).
           05  APPL-BATCH-SEQ              PIC S9(9)    COMP.
           05  APPL-CONSENT.
               10  APPL-CONSENT-NOTICE     PIC X(8).
               10  APPL-CONSENT-ON         PIC 9(8).
               10  APPL-CONSENT-AI         PIC X.
               10  APPL-CONSENT-RECORDING  PIC X.
               10  APPL-CONSENT-ABROAD     PIC X.
           05  APPL-EDUCATION.
               10  APPL-SCHOOL             PIC X(40).
               10  APPL-DEGREE             PIC X(20).
               10  APPL-DEGREE-YEAR        PIC 9(4).
           05  APPL-CHANNEL                PIC X(10).
           05  APPL-CHANNEL-AGENCY REDEFINES APPL-CHANNEL.
               10  APPL-AGENCY-NO          PIC 9(6).
               10  FILLER                  PIC X(4).
           05  APPL-SKILL OCCURS 4 TIMES.
               10  SKILL-CODE              PIC X(4).
               10  SKILL-LEVEL             PIC 9.
           05  FILLER                      PIC X(20).
           05  APPL-JOB-COUNT              PIC 9(2)     COMP-3.
           05  APPL-JOB OCCURS 0 TO 5 TIMES
                   DEPENDING ON APPL-JOB-COUNT.
               10  JOB-EMPLOYER            PIC X(30).
               10  JOB-TITLE               PIC X(30).
               10  JOB-FROM                PIC 9(6).
               10  JOB-TO                  PIC 9(6).
