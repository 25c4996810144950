"""What there can be an alarm of."""

NUMBERS_LOST = "numbers_lost"
TWO_CONTENTS = "two_contents"
SEQ_FAR_AHEAD = "seq_far_ahead"
IMPLAUSIBLE_REGISTER = "implausible_register"
