"""How much a template may ask for. A mail needs little; whoever needs more is mistaken or hostile."""

NAME_LENGTH = 120
SUBJECT_LENGTH = 300
HTML_LENGTH = 200_000
LIQUID_TAGS = 2_000
LOOP_TURNS = 200
OUTPUT_LENGTH = 400_000
LOCAL_BYTES = 200_000
STRING_LENGTH = 100_000
COMPARED_LENGTH = 10_000
LIST_LENGTH = 1_000
LARGEST_NUMBER = 10**15
SECONDS = 0.5
CLIPPED_BYTES = 102_000
"""Gmail hides what comes after this many bytes of HTML behind a link."""
