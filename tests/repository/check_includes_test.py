#!/usr/bin/env python3
"""scripts/check-includes accepts a small tree that follows the map, and names each fault put in."""

import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "check-includes"

GOOD = {
    "include/trialmill/math/elementary.hpp": "#include <span>\n",
    "engine/math/elementary.cpp": '#include "math/kernels.hpp"\n#include <immintrin.h>\n',
    "engine/math/CMakeLists.txt": "trialmill_room(math SOURCES elementary.cpp)\n",
    "include/trialmill/survival/cox.hpp": "#include <vector>\n",
    "engine/survival/cox.cpp": '#include <Eigen/Dense>\n#include "trialmill/math/elementary.hpp"\n',
    "engine/survival/CMakeLists.txt":
        "trialmill_room(survival SOURCES cox.cpp USES math PRIVATE Eigen3::Eigen)\n",
    "tests/survival/cox_test.cpp": '#include <gtest/gtest.h>\n#include "trialmill/survival/cox.hpp"\n',
    "tests/survival/CMakeLists.txt": "trialmill_test(survival SOURCES cox_test.cpp USES math)\n",
}


def check(changes):
    """Exit status and output for the good tree with some files replaced or added."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**GOOD, **changes}.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([SCRIPT, folder], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout


class CheckIncludes(unittest.TestCase):
    def expect(self, changes, message):
        status, output = check(changes)
        self.assertEqual(status, 1, output)
        self.assertEqual(output.strip(), message)

    def test_accepts_a_tree_that_follows_the_map(self):
        self.assertEqual(check({}), (0, "every include follows the map\n"))

    def test_upwards(self):
        self.expect({"include/trialmill/math/elementary.hpp": '#include "trialmill/survival/cox.hpp"\n'},
                    "include/trialmill/math/elementary.hpp:1: math may not include survival")

    def test_sideways(self):
        self.expect({"engine/survival/km.cpp": '\n#include "trialmill/random/stream.hpp"\n'},
                    "engine/survival/km.cpp:2: survival may not include random")

    def test_private_header_of_another_room(self):
        self.expect({"engine/survival/km.cpp": '#include "math/kernels.hpp"\n'},
                    "engine/survival/km.cpp:1: private header of math included by survival")

    def test_third_party_in_a_public_header(self):
        self.expect({"include/trialmill/survival/cox.hpp": "#include <Eigen/Dense>\n"},
                    "include/trialmill/survival/cox.hpp:1: Eigen in a public header")

    def test_third_party_outside_its_room(self):
        self.expect({"engine/survival/km.cpp": "#include <tbb/parallel_for.h>\n"},
                    "engine/survival/km.cpp:1: oneTBB does not belong to survival")

    def test_unknown_library(self):
        self.expect({"engine/survival/km.cpp": "#include <armadillo/armadillo.h>\n"},
                    "engine/survival/km.cpp:1: <armadillo/armadillo.h> belongs to no library of the map")

    def test_use_against_the_map(self):
        self.expect({"engine/math/CMakeLists.txt": "trialmill_room(math SOURCES a.cpp\n  USES survival)\n"},
                    "engine/math/CMakeLists.txt:1: math may not use survival")

    def test_include_without_use(self):
        self.expect({"engine/survival/CMakeLists.txt": "trialmill_room(survival SOURCES cox.cpp)\n"},
                    "engine/survival/cox.cpp:2: survival includes math without naming it in USES")

    def test_test_of_another_room(self):
        self.expect({"tests/survival/cox_test.cpp": '#include "trialmill/simulation/run.hpp"\n'},
                    "tests/survival/cox_test.cpp:1: survival may not include simulation")

    def test_folder_that_is_no_room(self):
        self.expect({"engine/utils/strings.cpp": "#include <string>\n"},
                    "engine/utils:0: a folder that is no room of the map")


if __name__ == "__main__":
    unittest.main()
