      * Last record of every extract: how many detail records came before.
       01  TRAIL-REC.
           05  TRAIL-TYPE                  PIC X      VALUE 'T'.
           05  TRAIL-COUNT                 PIC 9(9).
