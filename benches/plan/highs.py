"""Asks HiGHS what granting asks: claim by claim, is this one feasible with all granted before?

    highs.py LIMIT_S < questions.json > answers.json

Each pool and route is one integer programme without an objective, kept and grown: a claim adds, for
each of its doses, an integer for each kind of unit that fits, and the row "their sizes make the
dose"; an infeasible claim is taken out again. What is there is one row for each kind and day: what is
taken for that day or later is at most what is usable then (days are nested, so that is exact). After
LIMIT_S seconds in all it stops; answers are true, false, or null where it did not come to the question.
"""
import json, sys, time
import highspy

INF = highspy.kHighsInf
STATUS = highspy.HighsModelStatus


class Shelf:
    def __init__(self, route):
        self.sizes = route["sizes"]
        self.model = highspy.Highs()
        self.model.silent()
        self.days = 1 + max((day for _, day, _ in route["rows"]), default=0)
        for kind in range(len(self.sizes)):
            for day in range(self.days):
                usable = sum(n for k, last, n in route["rows"] if k == kind and last >= day)
                self.model.addRow(0, usable, 0, [], [])

    def ask(self, doses, seconds):
        """Grants a claim if it is feasible; None when there was no time to say."""
        columns, rows = self.model.getNumCol(), self.model.getNumRow()
        if any(dose["day"] >= self.days for dose in doses):
            return False  # nothing is usable so late
        for dose in doses:
            first = self.model.getNumCol()
            for kind in dose["kinds"]:
                most = -(-dose["least"] // self.sizes[kind])
                taken = [kind * self.days + day for day in range(dose["day"] + 1)]
                self.model.addCol(0, 0, most, len(taken), taken, [1.0] * len(taken))
                self.model.changeColIntegrality(self.model.getNumCol() - 1, highspy.HighsVarType.kInteger)
            added = list(range(first, self.model.getNumCol()))
            sizes = [float(self.sizes[kind]) for kind in dose["kinds"]]
            self.model.addRow(dose["least"], INF, len(added), added, sizes)
        self.model.setOptionValue("time_limit", max(0.01, seconds))
        self.model.run()
        status = self.model.getModelStatus()
        if status == STATUS.kOptimal:
            return True
        added = list(range(columns, self.model.getNumCol()))
        self.model.deleteCols(len(added), added)
        added = list(range(rows, self.model.getNumRow()))
        self.model.deleteRows(len(added), added)
        return False if status == STATUS.kInfeasible else None


def main():
    limit, start = float(sys.argv[1]), time.perf_counter()
    pools = []
    for pool in json.load(sys.stdin):
        began = time.perf_counter()
        answers = [None] * len(pool["claims"])
        shelves = [Shelf(route) for route in pool["routes"]] if began - start < limit else []
        for place, claim in enumerate(pool["claims"]):
            left = limit - (time.perf_counter() - start)
            if left <= 0:
                break
            answers[place] = shelves[claim["route"]].ask(claim["doses"], left)
            if answers[place] is None:
                break  # what comes after hangs on this one
        pools.append({"answers": answers, "seconds": time.perf_counter() - began})
    json.dump({"pools": pools}, sys.stdout)


main()
