"""What a mail may do in the frame of a preview: show itself, and nothing else."""

from csp.constants import NONE, SELF, UNSAFE_INLINE

FRAME_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": [SELF, "https:", "data:"],
    "font-src": [SELF, "data:"],
    "form-action": [NONE],
    "base-uri": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups"],
}
