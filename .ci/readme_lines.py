"""The set-up lines of the README: the first fenced block under "Install" or its Vietnamese twin.

CI runs them as they stand, so that the README cannot say what does not work.
"""

import re
import sys
from pathlib import Path


def main() -> None:
    """Print the commands of the block, one a line, without `git clone` and comments."""
    text = Path(sys.argv[1]).read_text(encoding="utf-8")
    block = re.search(r"^```(?:sh|bash)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    if block is None:
        sys.exit("the README has no set-up block")
    for line in block[1].splitlines():
        command = re.sub(r"\s+#.*$", "", line).strip()
        if command and not command.startswith("git clone"):
            print(command)


if __name__ == "__main__":
    main()
