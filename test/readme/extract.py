"""Makes programs of the C++ snippets of README.md.

    python3 extract.py README.md FOLDER

The snippet with a main() becomes program.cpp, the others snippets.cpp: one coroutine each.
"""

import re
import sys
from pathlib import Path

snippets = re.findall(r"^```cpp\n(.*?)^```$", Path(sys.argv[1]).read_text(), re.S | re.M)
programs = [text for text in snippets if "int main()" in text]
bodies = [text for text in snippets if "int main()" not in text]
assert len(programs) == 1, f"{len(programs)} programs in the README"

out = ['#include "snippets.hpp"\n\n#include <iostream>\n\n']
for number, body in enumerate(bodies, 1):
    out.append(f"static boost::asio::awaitable<void> snippet_{number}(hf::HfApi& api) {{\n{body}}}\n\n")
names = ", ".join(f"snippet_{number}" for number in range(1, len(bodies) + 1))
out.append(f"const std::vector<Snippet> snippets{{{names}}};\n")
folder = Path(sys.argv[2])
program = programs[0].rstrip().removesuffix("}") + "    return 0;\n}\n"
(folder / "program.cpp").write_text(program.replace("int main()", "int readme_program()"))
(folder / "snippets.cpp").write_text("".join(out))
