"""What pages bring to the browser from npm, and how it gets here"""
