"""What do texts around a failed backup mean? `diagnosis` has the answer as data, `diagnosis_text` as text; `asked` knows what was asked
before.

Held by `tests/shadowproof/tell/diagnosing/test_diagnose.py`.
"""
