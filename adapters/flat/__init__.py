"""What the codecs of flat records share: cells of text into typed columns and back, lines with their offsets.

A flat record is a row of cells: a line of a delimited file, a record of fixed width, a row of a sheet. The codecs
differ in how they find the cells; what a cell means is decided here, by the layout and a few words of the settings.
"""
