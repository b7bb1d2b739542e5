"""Compiled loops of the roster search: networks of legal weeks, cheapest paths through them, and single-person moves.

A network has a layer of states for each day passed; an arc is what is done on a day, a group of alike shifts or
nothing. Arcs lie by the state they leave, so that one pass gives the cheapest path to every state and one pass
backwards the cheapest way on. Every loop lives in this one file, because a cached kernel does not notice changes in
another.
"""

# mypy: allow-untyped-defs

from __future__ import annotations

import numpy as np
from numba import njit

kernel = njit(cache=True, nogil=True)
part = njit(nogil=True)

REST = -1
MUCH_DECIDED = 0.7


@part
def _grown(array, size):
    if size <= array.size:
        return array
    larger = np.empty(max(size, 2 * array.size), array.dtype)
    larger[: array.size] = array
    return larger


@kernel
def build_network(weekend, rules, units, class_of, follows, tracked, low, high, most_states):
    """States and arcs of one kind of contract; states that can't be ended legally are left out.

    Resources are counted from the first day on: 0 is units of work, 1 is weekends worked, the others are shifts of
    limited types. All but the units have only an upper limit, so a count below its window is raised to it.

    Parameters
    ----------
    weekend : array (D,) of int
        0: no weekend that counts, 1: a weekend's first day, 2: its second day.
    rules : (max_run, min_run, min_rest)
    units, class_of, tracked : arrays (G,) of int
        Of each group of alike shifts: its length, its class (what may follow depends on it), and the resource that
        it counts against, -1 for none.
    follows : array (classes, G) of bool
    low, high : arrays (R, D + 1) of int
        Window of each resource after so many days.
    most_states : int
        Give up beyond this many, counted before those without an end are left out.

    Returns
    -------
    ok, layer, first, to, group
        `layer` (D + 2,) first state of each layer; arcs of state i are first[i] to first[i + 1]; `to` is a state.
    """
    max_run, min_run, min_rest = rules
    days, groups, classes, resources = weekend.size, units.size, follows.shape[0], low.shape[0]
    width = np.ones(resources, np.int64)
    for r in range(resources):
        for d in range(days + 1):
            width[r] = max(width[r], high[r, d] - low[r, d] + 1)
    size = min_rest + max_run * classes
    for r in range(resources):
        size *= width[r]
        if size > 64 * most_states:
            size = 0
            break
    layer = np.zeros(days + 2, np.int64)
    keys = np.empty(1024, np.int64)
    first = np.empty(1024, np.int64)
    to = np.empty(4096, np.int32)
    group = np.empty(4096, np.int16)
    if size == 0:
        return False, layer, first, to, group
    place = np.full(size, -1, np.int32)
    used = np.zeros(resources, np.int64)
    key = min_rest - 1
    for r in range(resources):
        start = 0 if r == 0 else max(0, low[r, 0])
        if start < low[r, 0] or start > high[r, 0]:
            return True, layer, first[:1], to[:0], group[:0]
        key = key * width[r] + start - low[r, 0]
    keys[0] = key
    layer[1] = 1
    states, arcs = 1, 0
    for d in range(days):
        for i in range(layer[d], layer[d + 1]):
            first = _grown(first, i + 2)
            first[i] = arcs
            key = keys[i]
            for r in range(resources - 1, -1, -1):
                used[r] = key % width[r] + low[r, d]
                key //= width[r]
            kind = key
            resting = kind < min_rest
            run, cls = 0, 0
            if not resting:
                run = (kind - min_rest) // classes + 1
                cls = (kind - min_rest) % classes
            for g in range(-1, groups):
                if g < 0:
                    if not resting and run < min_run and run != d:
                        continue
                    key = min(kind + 1, min_rest - 1) if resting else 0
                elif resting:
                    if kind < min_rest - 1:
                        continue
                    key = min_rest + class_of[g]
                else:
                    if run >= max_run or not follows[cls, g]:
                        continue
                    key = min_rest + run * classes + class_of[g]
                legal = True
                for r in range(resources):
                    count = used[r]
                    if g >= 0:
                        if r == 0:
                            count += units[g]
                        elif r == 1:
                            if weekend[d] == 1 or (weekend[d] == 2 and resting):
                                count += 1
                        elif tracked[g] == r:
                            count += 1
                    if r > 0:
                        count = max(count, low[r, d + 1])
                    if count < low[r, d + 1] or count > high[r, d + 1]:
                        legal = False
                        break
                    key = key * width[r] + count - low[r, d + 1]
                if not legal:
                    continue
                j = place[key]
                if j < 0:
                    j = states
                    place[key] = j
                    keys = _grown(keys, states + 1)
                    keys[j] = key
                    states += 1
                    if states > most_states:
                        return False, layer, first, to, group
                to = _grown(to, arcs + 1)
                group = _grown(group, arcs + 1)
                to[arcs] = j
                group[arcs] = g
                arcs += 1
        layer[d + 2] = states
        for j in range(layer[d + 1], states):
            place[keys[j]] = -1
    first = _grown(first, states + 1)
    for i in range(layer[days], states + 1):
        first[i] = arcs
    new_layer, new_first, new_to, new_group = _trim(layer, first[: states + 1], to[:arcs], group[:arcs])
    return True, new_layer, new_first, new_to, new_group


@part
def _trim(layer, first, to, group):
    """Leave out the states from which no last state is reached."""
    states = first.size - 1
    last = layer.size - 2
    alive = np.zeros(states, np.bool_)
    alive[layer[last] :] = True
    kept_arcs = 0
    for i in range(layer[last] - 1, -1, -1):
        for a in range(first[i], first[i + 1]):
            if alive[to[a]]:
                alive[i] = True
                kept_arcs += 1
    new = np.full(states, -1, np.int32)
    count = 0
    new_layer = np.zeros_like(layer)
    for d in range(last + 1):
        new_layer[d] = count
        for i in range(layer[d], layer[d + 1]):
            if alive[i]:
                new[i] = count
                count += 1
    new_layer[last + 1] = count
    new_first = np.empty(count + 1, np.int64)
    new_to = np.empty(kept_arcs, np.int32)
    new_group = np.empty(kept_arcs, np.int16)
    arcs = 0
    for i in range(states):
        if not alive[i]:
            continue
        new_first[new[i]] = arcs
        for a in range(first[i], first[i + 1]):
            if alive[to[a]]:
                new_to[arcs] = new[to[a]]
                new_group[arcs] = group[a]
                arcs += 1
    new_first[count] = arcs
    return new_layer, new_first, new_to, new_group


@part
def _grouped(cost, group_of, groups, best, choice):
    """Cheapest shift of each group on each day."""
    days, shifts = cost.shape
    for d in range(days):
        for g in range(groups):
            best[d, g] = np.inf
            choice[d, g] = -1
        for s in range(shifts):
            g = group_of[s]
            if g >= 0 and cost[d, s] < best[d, g]:
                best[d, g] = cost[d, s]
                choice[d, g] = s


@part
def _cheapest(layer, first, to, group, best, rest, value, arc):
    """Cheapest way from each state to the end, and the arc that begins it; inf where there is none."""
    days = rest.size
    for i in range(layer[days], layer[days + 1]):
        value[i] = 0.0
    for d in range(days - 1, -1, -1):
        off = rest[d]
        for i in range(layer[d], layer[d + 1]):
            least = np.inf
            chosen = -1
            for a in range(first[i], first[i + 1]):
                g = group[a]
                v = value[to[a]] + (off if g < 0 else best[d, g])
                if v < least:
                    least = v
                    chosen = a
            value[i] = least
            arc[i] = chosen
    return value[0]


@part
def _cheapest_reached(layer, first, to, group, best, rest, value, arc):
    """As `_cheapest`, over the states alone that can be reached: far fewer where much is decided."""
    days = rest.size
    reached = np.empty(value.size, np.int32)
    edge = np.zeros(days + 2, np.int64)
    value[:] = np.inf
    value[0] = 0.0
    edge[1] = 1
    reached[0] = 0
    count = 1
    for d in range(days):
        for k in range(edge[d], edge[d + 1]):
            i = reached[k]
            for a in range(first[i], first[i + 1]):
                g = group[a]
                j = to[a]
                if value[j] == np.inf and (rest[d] if g < 0 else best[d, g]) < np.inf:
                    value[j] = 0.0
                    reached[count] = j
                    count += 1
        edge[d + 2] = count
    for d in range(days - 1, -1, -1):
        for k in range(edge[d], edge[d + 1]):
            i = reached[k]
            least = np.inf
            chosen = -1
            for a in range(first[i], first[i + 1]):
                g = group[a]
                c = rest[d] if g < 0 else best[d, g]
                if c < np.inf:
                    v = value[to[a]] + c
                    if v < least:
                        least = v
                        chosen = a
            value[i] = least
            arc[i] = chosen
    return value[0]


@part
def _share_open(best, rest):
    open_ = 0
    for d in range(rest.size):
        if rest[d] < np.inf:
            open_ += 1
        for g in range(best.shape[1]):
            if best[d, g] < np.inf:
                open_ += 1
    return open_ / (rest.size * (1 + best.shape[1]))


@part
def _follow(to, group, arc, choice, state, day, roster):
    for d in range(day, roster.size):
        a = arc[state]
        g = group[a]
        roster[d] = REST if g < 0 else choice[d, g]
        state = to[a]


@part
def _price(nets, who, cost, rest, roster):
    """Cheapest roster of one person; its cost, inf if there is none."""
    n = nets.net_of[who]
    s0, s1 = nets.states[n], nets.states[n + 1]
    if s1 == s0:
        return np.inf
    a0, a1 = nets.arcs[n], nets.arcs[n + 1]
    first = nets.first[s0 + n : s1 + n + 1]
    to, group = nets.to[a0:a1], nets.group[a0:a1]
    groups = nets.groups[who]
    best = np.empty((rest.size, groups))
    choice = np.empty((rest.size, groups), np.int16)
    _grouped(cost, nets.group_of[who], groups, best, choice)
    value = np.empty(s1 - s0)
    arc = np.empty(s1 - s0, np.int32)
    if _share_open(best, rest) < MUCH_DECIDED:
        total = _cheapest_reached(nets.layer[n], first, to, group, best, rest, value, arc)
    else:
        total = _cheapest(nets.layer[n], first, to, group, best, rest, value, arc)
    if total < np.inf:
        _follow(to, group, arc, choice, 0, 0, roster)
    return total


@kernel
def price(nets, people, wish_cost, rest_cost, dual, rosters, values):
    """Cheapest roster of each of some people (K,) under the duals (D, S) of cover.

    Parameters
    ----------
    nets : Nets
    wish_cost : array (E, D, S)
        inf where not allowed.
    rest_cost : array (E, D)
        inf where the day can't be off, else 0.
    dual : array (D, S)
    rosters, values : arrays (E, D), (E,)
        Filled for those people; a value is inf where nothing is legal.
    """
    for who in people:
        values[who] = _price(nets, who, wish_cost[who] - dual, rest_cost[who], rosters[who])


@kernel
def earnings(rosters, wish_cost, who, dual, out):
    """Wish cost of rosters (K, D) of persons (K,) less the duals (D, S) of the cover they give."""
    for k in range(who.size):
        total = 0.0
        for d in range(rosters.shape[1]):
            s = rosters[k, d]
            if s >= 0:
                total += wish_cost[who[k], d, s] - dual[d, s]
        out[k] = total


@kernel
def against(rosters, who, open_, out):
    """Which rosters (K, D) do on some day what is not open to their person; open_ (E, D, 1 + S) begins with rest."""
    for k in range(who.size):
        out[k] = False
        for d in range(rosters.shape[1]):
            if not open_[who[k], d, rosters[k, d] + 1]:
                out[k] = True
                break


@kernel
def usage(rosters, who, share, out):
    """Adds each roster's share to what it does on each day; out (E, D, 1 + S) begins with rest."""
    for k in range(who.size):
        if share[k] > 1e-9:
            for d in range(rosters.shape[1]):
                out[who[k], d, rosters[k, d] + 1] += share[k]


@part
def _marginal(d, s, cover, need, under, over):
    """What one more person on a shift costs."""
    return -under[d, s] if cover[d, s] < need[d, s] else over[d, s]


@part
def _within(roster, most, counts):
    counts[:] = 0
    for d in range(roster.size):
        s = roster[d]
        if s >= 0:
            counts[s] += 1
            if counts[s] > most[s]:
                return False
    return True


@kernel
def anneal(nets, wish_cost, rest_cost, max_shifts, need, under, over, roster, order, noise, best, overran):
    """A sweep of simulated annealing: each person in turn takes the cheapest roster against all others, costs noisy.

    With noise of Gumbel's law, scaled by a temperature, the cheapest roster is close to a draw from the rosters in
    proportion to exp(-cost / temperature).

    Parameters
    ----------
    roster, best : arrays (E, D)
        Begun from and ended with; the cheapest one met.
    order : array (E,)
        People, in the order of their turns.
    noise : array (E, D, 1 + S)
        Added to the costs of each turn, rest first.
    overran : array (E,) of bool
        Set where a turn failed because the network doesn't count a limited shift type.

    Returns
    -------
    float
        Cover and wish cost of `best`.
    """
    people, days = roster.shape
    shifts = need.shape[1]
    cover = np.zeros((days, shifts), np.int64)
    total = 0.0
    for who in range(people):
        for d in range(days):
            if roster[who, d] >= 0:
                cover[d, roster[who, d]] += 1
                total += wish_cost[who, d, roster[who, d]]
    for d in range(days):
        for s in range(shifts):
            gap = need[d, s] - cover[d, s]
            total += gap * under[d, s] if gap > 0 else -gap * over[d, s]
    least = total
    best[:] = roster
    cost = np.empty((days, shifts))
    new = np.empty(days, roster.dtype)
    counts = np.empty(shifts, np.int64)
    for turn in range(people):
        who = order[turn]
        for d in range(days):
            s = roster[who, d]
            if s >= 0:
                cover[d, s] -= 1
                total -= wish_cost[who, d, s] + _marginal(d, s, cover, need, under, over)
        for d in range(days):
            for s in range(shifts):
                cost[d, s] = wish_cost[who, d, s] + _marginal(d, s, cover, need, under, over) + noise[turn, d, s + 1]
        if _price(nets, who, cost, rest_cost[who] + noise[turn, :, 0], new) < np.inf:
            if _within(new, max_shifts[who], counts):
                roster[who] = new
            else:
                overran[who] = True
        for d in range(days):
            s = roster[who, d]
            if s >= 0:
                total += wish_cost[who, d, s] + _marginal(d, s, cover, need, under, over)
                cover[d, s] += 1
        if total < least - 1e-9:
            least = total
            best[:] = roster
    return least
