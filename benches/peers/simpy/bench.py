"""The two models in SimPy: processes and resources.

    python bench.py [mm1|chain] [UNITS] [RUNS]

prints `model,engine,ns_per_unit,units` (the median of the runs); README.md says what is expected and why.
"""

import math
import random
import statistics
import sys
import time

import simpy

SERVICES = 10
WORKERS = 16
LATENCY = 50e-6
TIMEOUT = 1.0
CALLS = 28  # of one request of the client, its own included


class Tally:
    """What a run came to."""

    def __init__(self):
        self.done = 0
        self.took = 0.0
        self.given_up = 0


def mm1(customers, seed):
    """M/M/1: a process for each customer."""
    arrivals, services = random.Random(seed), random.Random(seed + 1)
    env = simpy.Environment()
    desk = simpy.Resource(env)
    tally = Tally()
    end = env.event()

    def customer():
        came = env.now
        with desk.request() as turn:
            yield turn
            yield env.timeout(services.expovariate(1.0))
        tally.done += 1
        tally.took += env.now - came
        if tally.done == customers:
            end.succeed()

    def source():
        while True:
            yield env.timeout(arrivals.expovariate(0.8))
            env.process(customer())

    env.process(source())
    env.run(until=end)
    return tally.done, tally


def chain(calls, seed):
    """The chain: a process for each call, a resource for each service's workers."""
    arrivals = random.Random(seed)
    work = [random.Random(seed + 1 + place) for place in range(SERVICES)]
    rates = [1 / 0.1e-3] * (SERVICES - 1) + [1 / 10e-3]
    env = simpy.Environment()
    workers = [simpy.Resource(env, WORKERS) for _ in range(SERVICES)]
    tally = Tally()
    end = env.event()
    requests = math.ceil(calls / CALLS)

    def served(place, goes_on):
        yield env.timeout(LATENCY)
        with workers[place].request() as turn:
            yield turn
            yield env.timeout(work[place].expovariate(rates[place]))
            if goes_on and place + 1 < SERVICES:
                for theirs in (False, False, True):
                    yield from call(place + 1, theirs)
        yield env.timeout(LATENCY)

    def call(place, goes_on):
        # SimPy cannot take a timeout back: it stays in the queue, and nobody waits for it any more.
        answer = env.process(served(place, goes_on))
        got = yield answer | env.timeout(TIMEOUT)
        if answer not in got:
            tally.given_up += 1

    def request():
        sent = env.now
        yield from call(0, True)
        tally.done += 1
        tally.took += env.now - sent
        if tally.done == requests:
            end.succeed()

    def client():
        while True:
            yield env.timeout(arrivals.expovariate(300.0))
            env.process(request())

    env.process(client())
    env.run(until=end)
    return tally.done * CALLS, tally


def check(model, tally):
    """Ends the process if a run is not the model that README.md describes."""
    if model == "mm1":
        expected, tolerance = 5.0, 5 * 0.075 * math.sqrt(200_000 / tally.done)
    else:
        expected, tolerance = 0.03565, 5 * 0.01733 / math.sqrt(tally.done) + 0.00005
    mean = tally.took / tally.done
    print(f"{model}: mean {mean:.6f} s, expected {expected} +- {tolerance:.6f}", file=sys.stderr)
    if not abs(mean - expected) <= tolerance or tally.given_up:
        sys.exit("error: this simulation is not the model: its cost means nothing")


def main():
    """Measures as the arguments say."""
    arguments = sys.argv[1:]
    if arguments and arguments[0] not in ("mm1", "chain"):
        sys.exit("error: the first argument must be `mm1` or `chain`")
    try:
        units, runs = (int(text) for text in (arguments[1:3] + ["200000", "5"][len(arguments[1:3]) :]))
    except ValueError:
        sys.exit("error: UNITS and RUNS must be whole numbers")
    for model in arguments[:1] or ["mm1", "chain"]:
        times = []
        for seed in range(runs):
            start = time.process_time_ns()
            done, tally = {"mm1": mm1, "chain": chain}[model](units, 1000 * seed + 7)
            times.append((time.process_time_ns() - start) / done)
            check(model, tally)
        print(f"{model},SimPy {simpy.__version__},{statistics.median(times):.1f},{units}")


if __name__ == "__main__":
    main()
