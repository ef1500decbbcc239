"""Faults, planted one by one: what fails in the helpers of these tests is told in full."""

import pytest

pytest.register_assert_rewrite(f"{__name__}.ground", f"{__name__}.strikes", f"{__name__}.chores")
