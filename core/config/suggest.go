package config

import "slices"

// closest returns the candidate that name was probably meant to be, or "" when
// none is near: at most one mistake in three characters, swaps counting as one.
func closest(name string, candidates []string) string {
	best, bestDistance := "", len(name)/3+1
	sorted := slices.Clone(candidates)
	slices.Sort(sorted)
	for _, candidate := range sorted {
		if candidate == name {
			continue
		}
		if distance := editDistance(name, candidate, bestDistance); distance < bestDistance {
			best, bestDistance = candidate, distance
		}
	}
	return best
}

// editDistance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b. Beyond limit the exact number does not matter.
func editDistance(a, b string, limit int) int {
	from, to := []rune(a), []rune(b)
	if difference := len(from) - len(to); difference > limit || -difference > limit {
		return limit + 1
	}
	before, previous := make([]int, len(to)+1), make([]int, len(to)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := range from {
		current := make([]int, len(to)+1)
		current[0] = i + 1
		for j := range to {
			cost := 1
			if from[i] == to[j] {
				cost = 0
			}
			current[j+1] = min(previous[j]+cost, previous[j+1]+1, current[j]+1)
			if i > 0 && j > 0 && from[i] == to[j-1] && from[i-1] == to[j] {
				current[j+1] = min(current[j+1], before[j-1]+1)
			}
		}
		before, previous = previous, current
	}
	return previous[len(to)]
}
