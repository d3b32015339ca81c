import sys

from yingtai.ui.translation.command import main

sys.exit(main(sys.argv[1:]))
