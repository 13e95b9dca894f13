      * Printable characters in ASCII and in EBCDIC (code page 037), in
      * the same order, for INSPECT CONVERTING.
       01  ASCII-CHARS.
           05  FILLER  PIC X(32) VALUE
               ' !"#$%&''()*+,-./0123456789:;<=>?'.
           05  FILLER  PIC X(32) VALUE
               '@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_'.
           05  FILLER  PIC X(31) VALUE
               '`abcdefghijklmnopqrstuvwxyz{|}~'.
       01  EBCDIC-CHARS.
           05  FILLER  PIC X(16) VALUE
               X'405A7F7B5B6C507D4D5D5C4E6B604B61'.
           05  FILLER  PIC X(16) VALUE
               X'F0F1F2F3F4F5F6F7F8F97A5E4C7E6E6F'.
           05  FILLER  PIC X(16) VALUE
               X'7CC1C2C3C4C5C6C7C8C9D1D2D3D4D5D6'.
           05  FILLER  PIC X(16) VALUE
               X'D7D8D9E2E3E4E5E6E7E8E9BAE0BBB06D'.
           05  FILLER  PIC X(16) VALUE
               X'79818283848586878889919293949596'.
           05  FILLER  PIC X(15) VALUE
               X'979899A2A3A4A5A6A7A8A9C04FD0A1'.
