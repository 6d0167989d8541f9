"""doc/monitoring/grafana.json and alerts.yaml: whether they are what Grafana and Prometheus take, of metrics that exist."""

import json
import re

# Words of PromQL beside metrics are functions, keywords, labels and durations; ours begin like this.
METRIC = re.compile(r"\b(?:referrals|pg)_\w+")


def metrics_of(expression):
    return set(METRIC.findall(re.sub(r'"[^"]*"', '""', expression)))


def queried(path):
    """The metrics of queries.yaml with their usage, and those without a description. (The file is as plain as it looks.)"""
    metrics, bare, space, name = {}, set(), None, None
    for line in path.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"(\w+):$", line):
            space = found[1]
        elif found := re.match(r"    - (\w+):$", line):
            name = f"{space}_{found[1]}"
            bare.add(name)
        elif found := re.match(r"        usage: (\w+)$", line):
            metrics[name] = found[1]
        elif re.match(r"        description: .{8,}$", line):
            bare.discard(name)
    return metrics, bare


def check_dashboard(checks, path, known):
    dashboard = json.loads(path.read_text(encoding="utf-8"))
    checks.true("the dashboard has a title, a uid and a version of the schema that Grafana 9 and later read",
                dashboard["title"] and dashboard["uid"] and 36 <= dashboard["schemaVersion"] <= 39)
    variables = {variable["name"]: variable for variable in dashboard["templating"]["list"]}
    checks.equal("the data source is chosen in Grafana", ("datasource", "prometheus"),
                 (variables["datasource"]["type"], variables["datasource"]["query"]))
    panels = dashboard["panels"]
    checks.equal("every panel has an id of its own", len(panels), len({panel["id"] for panel in panels}))
    used = set()
    for panel in (panel for panel in panels if panel["type"] != "row"):
        title = panel["title"]
        checks.true(f"{title}: says what it shows", title and len(panel["description"]) > 10)
        checks.equal(f"{title}: asks the chosen data source", {"${datasource}"},
                     {asked["datasource"]["uid"] for asked in [panel, *panel["targets"]]})
        checks.equal(f"{title}: its queries have names of their own", len(panel["targets"]),
                     len({target["refId"] for target in panel["targets"]}))
        for target in panel["targets"]:
            used |= metrics_of(target["expr"])
            checks.true(f"{title}: asks for something, by name", metrics_of(target["expr"]) and target["legendFormat"], target)
    checks.equal("the panels do not overlap", [], overlapping(panels))
    checks.equal("every metric that the dashboard shows exists", set(), used - known)
    return used


def overlapping(panels):
    taken, twice = {}, []
    for panel in panels:
        place = panel["gridPos"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                if taken.setdefault((x, y), panel["title"]) != panel["title"] or x >= 24:
                    twice.append((taken[x, y], panel["title"]))
    return sorted(set(twice))


def alerted(path):
    """The metrics of the alerts' expressions; everything before the first label or text of a rule is its expression."""
    text = re.sub(r"(?m)^\s*#.*$", "", path.read_text(encoding="utf-8"))
    expressions = re.findall(r"expr: (.*?)\n\s+(?:for|labels):", text, re.DOTALL)
    return len(expressions), set().union(*map(metrics_of, expressions))
