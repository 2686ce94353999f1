package filesearch

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// score scores one path.
func score(query, path string) (score uint32, indices []uint32, ok bool) {
	p := compile(query)
	var c candidate
	c.enter("")
	c.name([]byte(path))
	indices = []uint32{}
	score, ok = c.score(&p, &indices)
	if quick, quickOK := c.score(&p, nil); quick != score || quickOK != ok {
		panic("the score depends on whether positions are wanted")
	}
	if !ok {
		return 0, nil, false
	}
	return score, indices, true
}

func TestScore(t *testing.T) {
	t.Parallel()
	type row struct {
		query, path string
		score       uint32 // 0 for no match
		indices     []uint32
	}
	tests := []row{
		// Observed vectors of the specification.
		{"abe", "abexy", 88, []uint32{0, 1, 2}},
		{"abe", "abcde", 74, []uint32{0, 1, 4}},
		{"abe xy", "abexy", 124, []uint32{0, 1, 2, 3, 4}},
		{"fb", "foo bar", 57, []uint32{0, 4}},
		{"fb", "foo/bar", 56, []uint32{0, 4}},
		{"fb", "foo_bar", 55, []uint32{0, 4}},
		{"fb", "FooBar", 53, []uint32{0, 3}},
		{"fb", "foobar", 48, []uint32{0, 3}},
		{"fb", "xfoobar", 28, []uint32{1, 4}},
		{"FB", "FooBar", 53, []uint32{0, 3}},
		{"FB", "foobar", 0, nil},
		{"FB", "foo/bar", 0, nil},
		{"bar", "foo/bar", 84, []uint32{4, 5, 6}},
		{"bar", "FooBar", 68, []uint32{3, 4, 5}},
		{"bar", "src/lib/main_test.rs", 42, []uint32{6, 9, 18}},
		{"foo1", "foo1", 114, []uint32{0, 1, 2, 3}},
		{"main rs", "src/main.rs", 165, []uint32{4, 5, 6, 7, 9, 10}},
		{"ab", "aab", 49, []uint32{0, 2}},
		{"b", "a/b/c.txt", 34, []uint32{2}},
		{"tgt", ".git/cfg.tgt", 80, []uint32{9, 10, 11}},
		{"ux", "unix", 48, []uint32{0, 3}},
		{"uber", "ÜBER", 114, []uint32{0, 1, 2, 3}},
		{"日語", "日本語.md", 49, []uint32{0, 2}},
		// One unit in a path that is not in ASCII: what counts is the match before.
		{"i", "Ünï/.ignore", 16, []uint32{2}},
		{"a", "é/ra/a b/Ång", 26, []uint32{9}},
		{"M", "lib/ÅNGSTRÖM/x.MD", 16, []uint32{11}},
		{"İ", "foo barİ", 16, []uint32{7}}, // small İ takes two characters
		// Cases of the rules.
		{"abc", "ab", 0, nil},
		{"ab", "ba", 0, nil},
		{"ab", "ax", 0, nil},
		{"AB", "ab", 0, nil},
		{"aB", "aB", 62, []uint32{0, 1}},
		{"a b", "ba", 52, []uint32{0, 1}},
		{"ab ab", "ab", 124, []uint32{0, 1}},
		{" ab  ", "ab", 62, []uint32{0, 1}},
		// Only a blank separates atoms.
		{"a\tb", "a\tb", 88, []uint32{0, 1, 2}},
		{"a\tb", "ab", 0, nil},
		{`a\ b`, "a b", 88, []uint32{0, 1, 2}},
		{`a\ b`, "ab", 0, nil},
		{`a\\ b`, `a\ b`, 114, []uint32{0, 1, 2, 3}},
		{`c\d`, `c\d`, 88, []uint32{0, 1, 2}},
		{`\`, `c\d`, 32, []uint32{1}},
		{"!a", "!a", 56, []uint32{0, 1}},
		{"^a$", "^a$", 80, []uint32{0, 1, 2}},
		// Diacritics count only when the query has some.
		{"uni", "ünï", 88, []uint32{0, 1, 2}},
		{"ü", "u", 0, nil},
		{"ü", "ü", 36, []uint32{0}},
		{"Ü", "ü", 0, nil},
		{"sw", "ßw", 62, []uint32{0, 1}},
		{"lodz", "Łódź", 114, []uint32{0, 1, 2, 3}},
		{"Lodz", "Łódź", 114, []uint32{0, 1, 2, 3}},
		{"lodz", "ŁódŹ", 114, []uint32{0, 1, 2, 3}},
		{"trieu", "Triệu", 140, []uint32{0, 1, 2, 3, 4}},
		{"дом", "ДОМ", 88, []uint32{0, 1, 2}},
		{"αβ", "ΑΒγ", 62, []uint32{0, 1}},
		{"и", "й", 0, nil},
		{"a", "Ⱥ", 36, []uint32{0}},
		// Capitals are what folding changes, whatever Unicode calls them.
		{"xǅ", "Xǆ", 0, nil},
		{"ΣΑΣ", "σας", 0, nil},
		{"σασ", "ΣΑς", 88, []uint32{0, 1, 2}},
		{"xς", "Xς", 0, nil},
		{"xİ", "Xİ", 62, []uint32{0, 1}},
		{"xᎠ", "Xꭰ", 62, []uint32{0, 1}},
		{"xꭰ", "XᎠ", 0, nil},
		{"ab", "a\vb", 57, []uint32{0, 2}}, // no white space in ASCII
		// A name is found by itself, though it is not written as Unicode would.
		{"x\u1f71", "x\u1f71", 62, []uint32{0, 1}},
		{"\u03ac", "\u1f71", 36, []uint32{0}},
		{"\u212b", "\u212b", 36, []uint32{0}},
		// Positions count what users see as one character, however it is written.
		{"ea", "e\u0301a", 62, []uint32{0, 1}},
		{"é", "e\u0301a", 36, []uint32{0}},
		{"e\u0301", "éa", 36, []uint32{0}},
		{"x", "👨\u200d👩\u200d👧x", 32, []uint32{1}},
		{"ab", "a\u200db", 62, []uint32{0, 1}},
		{"a", "日", 0, nil},
		{"日", "a", 0, nil},
	}
	for _, test := range tests {
		t.Run(test.query+" in "+test.path, func(t *testing.T) {
			t.Parallel()
			got, indices, _ := score(test.query, test.path)
			if diff := cmp.Diff(test, row{test.query, test.path, got, indices}, cmp.AllowUnexported(row{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCompile(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"", " ", "   ", "\t", "\n \t", "\u00a0", `\ `} {
		if p := compile(query); len(p.atoms) != 0 {
			t.Errorf("%q has %d atoms", query, len(p.atoms))
		}
	}
}

// slow scores an atom as the specification words it, cell by cell. Its result is
// 0 when there is no match.
func slow(needle, path string) (score int, indices []uint32) {
	k, m := len(needle), len(path)
	bonus := func(j int) int {
		p := classSpace
		if j > 0 {
			p = classOf(rune(path[j-1]))
		}
		return int(bonusOf(p, classOf(rune(path[j]))))
	}
	run := func(s int) (int, []uint32) {
		score, f := 16+2*bonus(s), bonus(s)
		indices := []uint32{uint32(s)}
		for j := s + 1; j < s+k; j++ {
			if bonus(j) >= 8 && bonus(j) > f {
				f = bonus(j)
			}
			score += 16 + max(bonus(j), f, 4)
			indices = append(indices, uint32(j))
		}
		return score, indices
	}
	var p []int // the greedy embedding
	for j := 0; j < m && len(p) < k; j++ {
		if path[j] == needle[len(p)] {
			p = append(p, j)
		}
	}
	if len(p) < k {
		return 0, nil
	}
	if k == m {
		return run(0)
	}
	if k == 1 {
		best, at := -1, 0
		for j := range m {
			if path[j] == needle[0] && bonus(j) > best {
				best, at = bonus(j), j
			}
		}
		return 16 + 2*best, []uint32{uint32(at)}
	}
	s, e := p[0], m-1
	for path[e] != needle[k-1] {
		e--
	}
	if e-s+1 == k {
		return run(s)
	}
	type cell struct{ i, j int }
	type match struct {
		score, carry int
		adjacent     bool
	}
	M := make(map[cell]match)
	G := make(map[cell]int)
	behindMatch := make(map[cell]bool) // of a gap: the first option won
	for i := range k {
		for j := p[i]; j <= e; j++ {
			if i == 0 {
				if path[j] == needle[0] {
					M[cell{0, j}] = match{score: 16 + 2*bonus(j), carry: bonus(j)}
				}
			} else if path[j] == needle[i] {
				option := match{score: G[cell{i - 1, j - 1}] + bonus(j) + 16, carry: bonus(j)}
				if before, ok := M[cell{i - 1, j - 1}]; ok {
					c := max(before.carry, 4)
					if bonus(j) >= 8 && bonus(j) > c {
						c = bonus(j)
					}
					if score := before.score + max(c, bonus(j)) + 16; score > option.score {
						option = match{score, c, true}
					}
				}
				M[cell{i, j}] = option
			}
			if j > p[i] {
				first, second := max(0, M[cell{i, j - 1}].score-3), max(0, G[cell{i, j - 1}]-1)
				G[cell{i, j}] = max(first, second)
				behindMatch[cell{i, j}] = first > second
			}
		}
	}
	at := -1
	for j := p[k-1]; j <= e; j++ {
		if c, ok := M[cell{k - 1, j}]; ok && (at < 0 || c.score >= M[cell{k - 1, at}].score) {
			at = j
		}
	}
	score = M[cell{k - 1, at}].score
	indices = make([]uint32, k)
	for i := k - 1; i >= 0; i-- {
		indices[i] = uint32(at)
		if M[cell{i, at}].adjacent {
			at--
			continue
		}
		for at--; i > 0 && !behindMatch[cell{i - 1, at}]; {
			at--
		}
		at--
	}
	return score, indices
}

func TestScoreAgainstSpecification(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	text := func(letters string, most int) string {
		b := make([]byte, 1+random.IntN(most))
		for i := range b {
			b[i] = letters[random.IntN(len(letters))]
		}
		return string(b)
	}
	for range 50_000 {
		path := text("abAB1/_. ", 14)
		needle := text("abAB1/_.", 5)
		want, wantIndices := slow(needle, path)
		p := pattern{atoms: []atom{{bytes: []byte(needle)}}}
		var c candidate
		c.enter("")
		c.name([]byte(path))
		var indices []uint32
		got, ok := c.score(&p, &indices)
		if ok != (want > 0) || int(got) != want || !slices.Equal(indices, wantIndices) {
			t.Fatalf("%q in %q: got %d at %v, want %d at %v", needle, path, got, indices, want, wantIndices)
		}
	}
}

func TestLongPath(t *testing.T) {
	t.Parallel()
	// Sums beyond what two bytes hold.
	path := make([]byte, 4000)
	for i := range path {
		path[i] = "a_"[i%2]
	}
	query := string(path[:3998]) + "_"
	got, indices, ok := score(query, string(path))
	if !ok || got < 90_000 || len(indices) != len(query) {
		t.Errorf("got %d, %d positions, %v", got, len(indices), ok)
	}
}

func FuzzScore(f *testing.F) {
	f.Add("abe xy", "abexy")
	f.Add("日語 é", "日本語.md e\u0301")
	f.Fuzz(func(t *testing.T, query, path string) {
		if len(query) > 200 || len(path) > 400 {
			return
		}
		_, indices, ok := score(query, path)
		if !ok {
			return
		}
		length := uint32(len(units(nil, path)))
		for i, at := range indices {
			if at >= length || i > 0 && at <= indices[i-1] {
				t.Errorf("%q in %q: positions %v of %d units", query, path, indices, length)
			}
		}
	})
}
