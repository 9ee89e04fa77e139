"""Contract tests that every engine, judge, learner and store passes. Nothing imports it."""
