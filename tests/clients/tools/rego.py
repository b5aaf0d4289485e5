"""Holds plans against a policy in Rego: `rego.py POLICY PLAN..` prints one line of JSON a plan, with what it denies and warns of."""

import json
import sys

import regorus

policy, *plans = sys.argv[1:]
for plan in plans:
    engine = regorus.Engine()
    engine.add_policy_from_file(policy)
    with open(plan, encoding="utf-8") as file:
        engine.set_input_json(file.read())
    said = {rule: sorted(engine.eval_rule(f"data.main.{rule}")) for rule in ("deny", "warn")}
    print(json.dumps(said))
