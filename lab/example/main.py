#!/usr/bin/python3
"""Plays the days of the example server.  usage: main.py DAYS"""
import heapq
import itertools
import random
import sys
import threading
import time

from clock import Clock, wait_until_idle
from days import DAY, plan
from mail import World
from server import rotate
from servers import Servers, black_hole

TOGETHER = 25  # seconds: what is planned this close happens at once


class Schedule:
    def __init__(self):
        self.heap, self.order = [], itertools.count()

    def add(self, moment, action):
        heapq.heappush(self.heap, (moment, next(self.order), action))

    def due(self, end):
        """The next moment and its actions, at most six; None when nothing is left before END."""
        if not self.heap or self.heap[0][0] >= end:
            return None
        moment, _, action = heapq.heappop(self.heap)
        actions = [action]
        while self.heap and self.heap[0][0] < min(moment + TOGETHER, end) and len(actions) < 6:
            actions.append(heapq.heappop(self.heap)[2])
        return moment, actions


def name_of(action):
    return getattr(getattr(action, "func", action), "__name__", "action")


def act(action, world):
    try:
        action(world)
    except Exception as error:  # an action that fails is a line less in the log, not the end of the days
        print(f"FAIL {name_of(action)} {error!r:.200}", flush=True)


def play(days):
    rng = random.Random(20261119)
    clock = Clock()
    midnight = int(clock.now() // DAY * DAY)
    servers, schedule = Servers(), Schedule()
    kept = black_hole("203.0.113.131")
    world = World(rng, clock, schedule)
    for seconds, action in plan(rng, servers, days):
        schedule.add(midnight + seconds, action)
    for day in range(days):
        started, count = time.time(), 0
        while group := schedule.due(midnight + (day + 1) * DAY):
            clock.jump_to(group[0])
            begun = time.time()
            threads = [threading.Thread(target=act, args=(a, world)) for a in group[1]]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            count += len(threads)
            acted = time.time()
            wait_until_idle()
            if time.time() - begun > 3:
                print("slow", f"{acted - begun:.1f} {time.time() - acted:.1f}", [name_of(a) for a in group[1]], flush=True)
        print(f"day {day + 1}: {count} actions in {time.time() - started:.0f} s", flush=True)
        if day < days - 1:
            clock.jump_to(midnight + (day + 1) * DAY + 2)
            wait_until_idle()
            rotate()
    del kept


play(int(sys.argv[1]))
