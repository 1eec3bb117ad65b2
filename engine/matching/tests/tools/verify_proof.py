#!/usr/bin/env python3
"""verify_proof.py FOLDER            works every line of FOLDER/proof.json out once more from the CSV files beside it
   verify_proof.py FOLDER --changes  applies each [pointer, value] of FOLDER/changes.json in turn and expects it to be found

Exit 0 iff the proof holds (or every corruption is found).  Python standard library only; shares nothing with the engine."""
import csv, hashlib, io, json, os, struct, sys

FILES = ['programmes.csv', 'children.csv', 'applications.csv', 'answers.csv', 'recorded_points.csv', 'care_offers.csv', 'places.csv',
         'catalogues.csv', 'run.csv']

# --- lottery: ChaCha8 as in RFC 8439 with 8 rounds, a 64-bit counter and a 64-bit stream number ---
def rotate(x, n): return ((x << n) | (x >> (32 - n))) & 0xffffffff

def chacha8_first_u64(key, stream):
    state = list(struct.unpack('<4I', b'expand 32-byte k')) + list(struct.unpack('<8I', key)) + [0, 0, stream & 0xffffffff, stream >> 32]
    w = list(state)
    def quarter(a, b, c, d):
        w[a] = (w[a] + w[b]) & 0xffffffff; w[d] = rotate(w[d] ^ w[a], 16)
        w[c] = (w[c] + w[d]) & 0xffffffff; w[b] = rotate(w[b] ^ w[c], 12)
        w[a] = (w[a] + w[b]) & 0xffffffff; w[d] = rotate(w[d] ^ w[a], 8)
        w[c] = (w[c] + w[d]) & 0xffffffff; w[b] = rotate(w[b] ^ w[c], 7)
    for _ in range(4):
        quarter(0, 4, 8, 12); quarter(1, 5, 9, 13); quarter(2, 6, 10, 14); quarter(3, 7, 11, 15)
        quarter(0, 5, 10, 15); quarter(1, 6, 11, 12); quarter(2, 7, 8, 13); quarter(3, 4, 9, 14)
    low, high = ((w[i] + state[i]) & 0xffffffff for i in (0, 1))
    return low | high << 32

def drawn(seed, purpose, text):
    data, chain, start = text.encode(), seed, 0
    while True:
        chunk = data[start:start + 23]
        key = struct.pack('<Q', chain) + bytes([purpose]) + chunk + bytes(23 - len(chunk))
        chain = chacha8_first_u64(key, len(data))
        start += 23
        if start >= len(data): return chain

def family_lot(seed, text): return drawn(seed, 1, text)
def child_lot(seed, text): return drawn(seed, 2, text)

# --- days and months ---
def day(text): return tuple(int(part) for part in text.split('-'))
def month(text): return int(text[:4]) * 12 + int(text[5:]) - 1
def month_name(m): return '%04d-%02d' % (m // 12, m % 12 + 1)
def month_of(d): return d[0] * 12 + d[1] - 1

def years_later(d, years):
    y = d[0] + years
    leap = y % 4 == 0 and (y % 100 != 0 or y % 400 == 0)
    return (y, 3, 1) if d[1:] == (2, 29) and not leap else (y,) + d[1:]

def months_between(a, b): return (b[0] - a[0]) * 12 + b[1] - a[1] - (b[2] < a[2])

def tier(quarters):
    for most, name in ((18, '<=4.5'), (24, '<=6'), (28, '<=7'), (32, '<=8'), (36, '<=9'), (40, '<=10')):
        if quarters <= most: return name
    return '>10'

def canonical(value): return json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False)
def sha(text): return hashlib.sha256(text.encode()).hexdigest()

class Inputs:
    def __init__(self, folder):
        self.texts = {name: open(os.path.join(folder, name), newline='', encoding='utf-8').read() for name in FILES}
        rows = {name[:-4]: list(csv.DictReader(io.StringIO(text, newline=''))) for name, text in self.texts.items()}
        self.programmes, self.applications = rows['programmes'], rows['applications']
        self.children = {r['applicant_id']: r for r in rows['children']}
        self.answers = {(r['applicant_id'], r['programme_id'], r['attribute']): r for r in rows['answers']}
        self.offers = {(r['facility_id'], r['care_type']): r for r in rows['care_offers']}
        self.places = {(r['facility_id'], r['care_type'], month(r['month'])): r for r in rows['places']}
        self.catalogues = rows['catalogues']
        self.recorded = {}
        for r in rows['recorded_points']:
            self.recorded.setdefault((r['applicant_id'], r['programme_id']), []).append((r['criterion'], int(r['points'])))
        run = rows['run'][0]
        self.seed, self.first, self.months = int(run['seed']), month(run['first_month']), int(run['months'])

    def hash(self):
        whole = ''.join('%s %d\n%s' % (name, len(self.texts[name].encode()), self.texts[name]) for name in FILES)
        return sha(whole)

    def book(self):
        return {key: [int(r['free_places']), int(r['settling_in_slots']) if r['settling_in_slots'] else None, int(r['inclusion_places'])]
                for key, r in self.places.items()}

    def is_open(self, facility, care, m):
        row = self.offers.get((facility, care))
        return bool(row) and month(row['first_month']) <= m and (not row['last_month'] or m <= month(row['last_month']))

    def stay(self, ask):
        """(months, reasons): months with their care types, or the reasons in child and facility."""
        facility, care, born, first, quarters = ask['facility'], ask['care'], ask['born'], ask['first'], ask['quarters']
        own = self.offers.get((facility, care))
        if not own: return [], [dict(obstacle='care_type_not_offered', care_type=care)]
        third, sixth = years_later(born, 3), years_later(born, 6)
        school = sixth[0] + (sixth[1:] > (6, 30))
        age = months_between(born, first) if first >= born else -months_between(first, born) - 1
        law = (33 if own['from_34th_month'] == 'yes' else 36) if care == 'kindergarten' else 0
        needed = max(law, int(own['youngest_months']))
        young = age < needed or care == 'after_school' and first <= (school, 7, 31)
        old = {'nursery': first >= third, 'childminding': first[:2] > third[:2], 'kindergarten': first > (school, 7, 31),
               'after_school': first > (school + 4, 7, 31)}[care]
        reasons, too_old = [], dict(obstacle='too_old', care_type=care, age_months=age)
        if young: reasons.append(dict(obstacle='too_young', care_type=care, age_months=age, needed_months=needed))
        elif old: reasons.append(too_old)
        change = month_of(third)
        goes_on = care == 'nursery' and self.is_open(facility, 'kindergarten', change)
        for row in [own] + ([self.offers[facility, 'kindergarten']] if goes_on else []):
            if tier(quarters) not in row['tiers'].split(' '):
                reasons.append(dict(obstacle='tier_not_offered', care_type=row['care_type'], tier=tier(quarters), wished_quarter_hours=quarters))
            longest = int(row['longest_quarter_hours'])
            if quarters > longest:
                reasons.append(dict(obstacle='opens_too_short', care_type=row['care_type'], wished_quarter_hours=quarters, longest_quarter_hours=longest))
        if reasons: return [], reasons
        summer = school * 12 + 6
        last = {'childminding': change, 'nursery': summer if goes_on else min(change - 1, summer), 'kindergarten': summer, 'after_school': summer + 48}[care]
        if month_of(first) > last: return [], [too_old]
        return [(m, 'kindergarten' if care == 'nursery' and m >= change else care) for m in range(month_of(first), last + 1)], []

    def reasons(self, book, ask):
        months, reasons = self.stay(ask)
        if reasons: return reasons
        for m, care in months:
            if not self.first <= m < self.first + self.months: continue
            at = dict(care_type=care, month=month_name(m))
            if not self.is_open(ask['facility'], care, m):
                reasons.append(dict(obstacle='group_closed', **at)); continue
            places, slots, inclusion = book.get((ask['facility'], care, m), (0, 0, 0))
            if places < 1: reasons.append(dict(obstacle='no_place', free=places, **at))
            if ask['inclusion'] and inclusion < 1: reasons.append(dict(obstacle='no_inclusion_place', free=inclusion, **at))
            if m == month_of(ask['first']) and slots is not None and slots < 1: reasons.append(dict(obstacle='no_settling_in_slot', free=slots, **at))
        return reasons

    def take(self, book, ask):
        for m, care in self.stay(ask)[0]:
            cell = book.get((ask['facility'], care, m))
            if cell is None: continue
            cell[0] -= 1; cell[2] -= ask['inclusion']
            if m == month_of(ask['first']) and cell[1] is not None: cell[1] -= 1

    def as_recorded(self, row):
        own = sorted(self.recorded.get((row['applicant_id'], row['programme_id']), []), key=lambda it: it[0].encode())
        return sum(points for _, points in own), [dict(criterion=criterion, scope='local', answer='', evidence='recorded', points=points)
                                                  for criterion, points in own]

    def evaluate(self, catalogue, row):
        total, shares = 0, []
        for criterion in catalogue['criteria']:
            child, attribute, rule = row['applicant_id'], criterion['attribute'], criterion['value']
            given = self.answers.get((child, row['programme_id'], attribute)) or self.answers.get((child, '', attribute))
            text = given['value'] if given else ''
            try: number = int(text)
            except ValueError: number = None
            evidence = ('no_answer' if not given else 'not_needed' if criterion['evidence'] is None else
                        'shown' if given['evidence_shown'] == 'yes' else 'missing')
            worth, kind = 0, rule['kind']
            if kind == 'yes_no': worth = rule['value'] if text == 'yes' else 0
            elif kind == 'choice': worth = rule['options'].get(text, 0)
            elif number is not None and kind == 'count': worth = rule['each'] * min(number, rule['cap'])
            elif number is not None:
                low, high = rule['at_least'], rule['at_most']
                worth = rule['value'] if (low is None or number >= low) and (high is None or number <= high) else 0
            if evidence == 'missing' and catalogue['evidence_missing'] == 'ignore': worth = 0
            points = worth * catalogue['weights'][criterion['key']]
            total += points
            shares.append(dict(criterion=criterion['key'], scope=criterion['scope'], answer=text if number is None else str(number),
                               evidence=evidence, points=points))
        return total, shares

def first_difference(a, b):
    return next((name for (name, x), (_, y) in zip(a['rungs'], b['rungs']) if x != y), 'key')

def lines_of(inputs, catalogues):
    lines, book = {p['programme_id']: [] for p in inputs.programmes}, inputs.book()
    by_id = {p['programme_id']: p for p in inputs.programmes}
    for row in inputs.applications:
        programme, child = by_id[row['programme_id']], inputs.children[row['applicant_id']]
        catalogue, key = catalogues.get(programme['provider_id']), row['applicant_id']
        points, shares = inputs.as_recorded(row) if programme['points_from'] == 'recorded' else inputs.evaluate(catalogue, row)
        ask = dict(facility=programme['facility_id'], care=programme['care_type'], born=day(child['born']), first=day(row['first_day']),
                   quarters=int(row['quarter_hours']), inclusion=child['inclusion_need'] == 'yes')
        rung = {'older_child': day(child['born']), 'earlier_application': day(row['applied_on']), 'key': key.encode(),
                'lot': (family_lot(inputs.seed, child['family_id'] or key), child_lot(inputs.seed, key))}
        rungs = [('points', -points)] + [(step, rung[step]) for step in (catalogue['tie'] if catalogue else ['older_child', 'key'])] + [('key', key.encode())]
        lines[row['programme_id']].append(dict(child=key, rank=int(row['rank']), points=points, shares=shares, ask=ask, rungs=rungs,
                                               obstacles=inputs.reasons(book, ask)))
    for line in lines.values(): line.sort(key=lambda entry: [value for _, value in entry['rungs']])
    return lines

def taken_by(lines, placements):
    found = []
    for row in placements:
        for at, entry in enumerate(lines.get(row.get('programme_id'), [])):
            if entry['child'] == row.get('applicant_id'): found.append((row['programme_id'], at, entry))
    return found

def held_exclusions(inputs, lines, stated, placements):
    taken, held = taken_by(lines, placements), {}
    for row in stated:
        if not isinstance(row, dict): continue
        line = lines.get(row.get('programme_id'), [])
        own = next((at for at, entry in enumerate(line) if entry['child'] == row.get('applicant_id')), None)
        if own is None or line[own]['obstacles']: continue
        book = inputs.book()
        for programme, at, entry in taken:
            if programme != row['programme_id'] or at < own: inputs.take(book, entry['ask'])
        reasons = inputs.reasons(book, line[own]['ask'])
        if reasons:
            held[row['applicant_id'], row['programme_id']] = dict(applicant_id=row['applicant_id'], programme_id=row['programme_id'], reason=reasons[0])
    return held

def unsettled_of(inputs, lines, stated, held, placements, together):
    """The stated applications that fit and cannot be let in: the round that lets one in has a stay without room."""
    taken, found = taken_by(lines, placements), {}
    for row in stated:
        if not isinstance(row, dict): continue
        child, name = row.get('applicant_id'), row.get('programme_id')
        line = lines.get(name, [])
        own = next((at for at, entry in enumerate(line) if entry['child'] == child), None)
        if own is None or (child, name) in held: continue
        book = inputs.book()
        for programme, at, entry in taken:
            if programme != name or at < own: inputs.take(book, entry['ask'])
        if inputs.reasons(book, line[own]['ask']): continue
        if together: witness = (row.get('facility_id'), row.get('reason'))
        else:
            out = set(held) | {(it.get('applicant_id'), it.get('programme_id')) for it in stated if isinstance(it, dict) and it != row}
            witness, book = None, inputs.book()
            let_in = taken_by(lines, placements_of(inputs, lines, out))
            for _, _, entry in sorted(let_in, key=lambda it: (it[2]['ask']['facility'].encode(), it[1], it[2]['ask']['first'], it[0].encode())):
                reasons = inputs.reasons(book, entry['ask'])
                inputs.take(book, entry['ask'])
                if reasons:
                    witness = (entry['ask']['facility'], reasons[0])
                    break
        if witness: found[child, name] = dict(applicant_id=child, programme_id=name, facility_id=witness[0], reason=witness[1])
    return found

def placements_of(inputs, lines, held):
    wishes = {child: [] for child in inputs.children}
    for programme, line in lines.items():
        for at, entry in enumerate(line):
            if not entry['obstacles'] and (entry['child'], programme) not in held: wishes[entry['child']].append((entry['rank'], programme, at))
    free = {p['programme_id']: int(p['free_places']) for p in inputs.programmes}
    kept = {programme: [] for programme in free}
    for own in wishes.values(): own.sort()
    asking, upto = list(wishes), {child: 0 for child in wishes}
    while asking:
        child = asking.pop()
        if upto[child] >= len(wishes[child]): continue
        _, programme, at = wishes[child][upto[child]]
        upto[child] += 1
        kept[programme] = sorted(kept[programme] + [(at, child)])
        if len(kept[programme]) > free[programme]: asking.append(kept[programme].pop()[1])
    got = {child: programme for programme, line in kept.items() for _, child in line}
    rank = {(entry['child'], programme): entry['rank'] for programme, line in lines.items() for entry in line}
    return [dict(applicant_id=child, programme_id=got.get(child), rank=rank.get((child, got.get(child)))) for child in sorted(wishes, key=str.encode)]

def suggestions_of(inputs, lines, placements, held, circles, hashes, blocking):
    places, lists = {row['applicant_id']: (row['programme_id'], row['rank']) for row in placements if row['programme_id']}, []
    for programme in sorted(inputs.programmes, key=lambda p: p['programme_id'].encode()):
        name, free = programme['programme_id'], int(programme['free_places'])
        line = lines[name]
        here = [at for at, entry in enumerate(line) if places.get(entry['child'], (None,))[0] == name]
        cut = here[-1] if here and len(here) == free else None
        waiting, rows = 0, []
        for at, entry in enumerate(line):
            place = places.get(entry['child'])
            better = dict(programme_id=place[0], rank=place[1]) if place and place[1] < entry['rank'] else None
            if at in here: decision = dict(kind='suggested')
            elif entry['obstacles']: decision = dict(kind='unsuitable', reason=entry['obstacles'][0])
            elif better: decision = dict(kind='placed_at_better_wish', **better)
            elif (entry['child'], name) in held: decision = dict(kind='no_room_beside_others', reason=held[entry['child'], name]['reason'])
            elif free == 0: decision = dict(kind='no_free_place')
            elif cut is not None and cut < at:
                waiting += 1
                decision = dict(kind='full', free_places=free, cut_off_points=line[cut]['points'],
                                decided_by=first_difference(line[cut], entry), waiting_position=waiting)
            elif (entry['child'], name) in circles:
                row = circles[entry['child'], name]
                decision = dict(kind='no_stable_stays', facility_id=row['facility_id'], reason=row['reason'])
            elif inputs.children[entry['child']]['siblings'] != 'independent': decision = dict(kind='siblings_rule')
            elif entry['child'] in blocking or inputs.children[entry['child']]['family_id'] in blocking: decision = dict(kind='no_stable_matching')
            else: decision = dict(kind='unexplained')
            rows.append(dict(position=at + 1, applicant_id=entry['child'], wish_rank=entry['rank'], points=entry['points'],
                             contributions=entry['shares'], behind_by=first_difference(line[at - 1], entry) if at else None,
                             obstacles=entry['obstacles'], better_place=better, decision=decision))
        lists.append(dict(programme_id=name, provider_id=programme['provider_id'], catalogue_hash=hashes.get(programme['provider_id'], ''),
                          free_places=free, cut_off_points=None if cut is None else line[cut]['points'],
                          cut_off_position=None if cut is None else cut + 1, lines=rows))
    return lists

def differences(stated, derived, pointer=''):
    if isinstance(stated, dict) and isinstance(derived, dict):
        return [d for key in sorted(set(stated) | set(derived)) for d in differences(stated.get(key, '(nothing)'), derived.get(key, '(nothing)'), pointer + '/' + key)]
    if isinstance(stated, list) and isinstance(derived, list):
        pad = lambda x: x + ['(nothing)'] * (max(len(stated), len(derived)) - len(x))
        return [d for at, (a, b) in enumerate(zip(pad(stated), pad(derived))) for d in differences(a, b, '%s/%d' % (pointer, at))]
    return [] if type(stated) is type(derived) and stated == derived else ['%s: stated %r, derived %r' % (pointer, stated, derived)]

def verify(inputs, proof):
    """Everything that is not as the inputs lead to."""
    found, catalogues, hashes = [], {}, {}
    unsealed = {key: value for key, value in proof.items() if key != 'seal'}
    if proof.get('format') != 'placewright-suggestion-proof/3': found.append('/format')
    if not all(part.isdigit() for part in str(proof.get('engine_version')).split('.')) : found.append('/engine_version')
    if proof.get('seed') != str(inputs.seed): found.append('/seed')
    if proof.get('inputs_hash') != inputs.hash(): found.append('/inputs_hash')
    if proof.get('seal') != sha(canonical(unsealed)): found.append('/seal')
    for row in proof['catalogues']:
        try: catalogue = json.loads(row['canonical'])
        except ValueError: return found + ['/catalogues: the canonical form is no JSON']
        same = all(row[key] == catalogue[name] for key, name in (('provider_id', 'provider'), ('id', 'id'), ('version', 'version')))
        if not same or canonical(catalogue) != row['canonical'] or sha(row['canonical']) != row['hash']: found.append('/catalogues')
        catalogues[catalogue['provider']], hashes[catalogue['provider']] = catalogue, row['hash']
    stated = [dict((key, str(row[key])) for key in ('provider_id', 'id', 'version', 'hash')) for row in proof['catalogues']]
    found += differences(stated, inputs.catalogues, '/catalogues')
    if any(p['points_from'] == 'catalogue' and p['provider_id'] not in catalogues for p in inputs.programmes): return found + ['/catalogues: one is missing']
    lots = [dict(applicant_id=child, family_lot=str(family_lot(inputs.seed, inputs.children[child]['family_id'] or child)),
                 child_lot=str(child_lot(inputs.seed, child))) for child in sorted(inputs.children, key=str.encode)]
    found += differences(proof['lots'], lots, '/lots')
    lines = lines_of(inputs, catalogues)
    stated = [row for row in proof['placements'] if isinstance(row, dict)]
    held = held_exclusions(inputs, lines, proof['exclusions'], stated)
    together = any(child['siblings'] != 'independent' for child in inputs.children.values())
    circles = unsettled_of(inputs, lines, proof.get('unsettled') or [], held, stated, together)
    placements = stated if together else placements_of(inputs, lines, set(held) | set(circles))
    blocking = [name for name in proof.get('blocking') or [] if name] if together else []
    found += differences(proof.get('blocking'), blocking, '/blocking')
    found += differences(proof['exclusions'], [held[key] for key in sorted(held, key=lambda k: (k[0].encode(), k[1].encode()))], '/exclusions')
    found += differences(proof.get('unsettled'), [circles[key] for key in sorted(circles, key=lambda k: (k[0].encode(), k[1].encode()))], '/unsettled')
    found += differences(proof['placements'], placements, '/placements')
    book = inputs.book()
    for programme, _, entry in taken_by(lines, placements):
        found += ['/placements: %s at %s: %s' % (entry['child'], programme, reason) for reason in inputs.reasons(book, entry['ask'])]
        inputs.take(book, entry['ask'])
    found += differences(proof['programmes'], suggestions_of(inputs, lines, placements, held, circles, hashes, blocking), '/programmes')
    allowed = {'format', 'engine_version', 'seed', 'inputs_hash', 'catalogues', 'lots', 'exclusions', 'unsettled', 'placements', 'blocking', 'programmes', 'seal'}
    return found + ['/%s: unknown field' % key for key in set(proof) - allowed]

def changed(proof, pointer, value):
    copy = json.loads(json.dumps(proof))
    at, path = copy, pointer.split('/')[1:]
    for part in path[:-1]: at = at[int(part) if isinstance(at, list) else part]
    last = int(path[-1]) if isinstance(at, list) else path[-1]
    at[last] = value
    return copy

def main():
    folder = sys.argv[1]
    inputs, proof = Inputs(folder), json.load(open(os.path.join(folder, 'proof.json'), encoding='utf-8'))
    if '--changes' not in sys.argv:
        found = verify(inputs, proof)
        print('\n'.join(found[:20]) or 'the proof holds')
        return 1 if found else 0
    missed, changes = [], json.load(open(os.path.join(folder, 'changes.json'), encoding='utf-8'))
    for pointer, value in changes:
        wrong = changed(proof, pointer, value)
        if not verify(inputs, wrong): missed.append(pointer)
        # A corruption with a new seal must be found too; the version of the engine binds by the seal alone.
        if pointer not in ('/seal', '/engine_version'):
            wrong['seal'] = sha(canonical({key: field for key, field in wrong.items() if key != 'seal'}))
            if not verify(inputs, wrong): missed.append(pointer + ' with a new seal')
    print('\n'.join('not found: ' + pointer for pointer in missed[:20]) or '%d corruptions found' % len(changes))
    return 1 if missed else 0

if __name__ == '__main__':
    sys.exit(main())
