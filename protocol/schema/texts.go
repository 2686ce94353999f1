package schema

import (
	"reflect"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// Texts are the comments of Go types and fields, by "package.Type" and
// "package.Type.Field". They become the texts of the descriptions.
type Texts map[string]string

// textKey is the key of a type in [Texts].
func textKey(t reflect.Type) string {
	_, pkg, _ := cutLast(t.PkgPath(), "/")
	return pkg + "." + t.Name()
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return "", s, false
}

// text returns the comment with the key, or the one that takes its place.
func (b *builder) text(key string) string {
	if b.texts[key] != "" {
		b.used[key] = true
	}
	if better, ok := betterTexts()[key]; ok {
		return better
	}
	return b.texts[key]
}

// typeText returns the text of the type t, which is called name in the
// descriptions, or "" if it has no name there.
func (b *builder) typeText(t reflect.Type, name string) string {
	text := b.text(textKey(t))
	rest, ok := strings.CutPrefix(text, t.Name()+" ")
	switch {
	case !ok:
	case name != "":
		text = name + " " + rest
	case strings.HasPrefix(rest, "has the type "): // as everybody can see
		return ""
	default:
		text = capitalized(strings.TrimPrefix(rest, "is "))
	}
	return plainText(text, t)
}

// fieldText returns the text of a field that owner declares and that stands in
// the struct t.
func (b *builder) fieldText(owner reflect.Type, field string, t reflect.Type) string {
	text := plainText(b.text(textKey(owner)+"."+field), t)
	if text == "" {
		return ""
	}
	text = capitalized(text)
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

func capitalized(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

var (
	// specNote finds the place of the specification that a comment names.
	specNote = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\s*\(spec: [^)]*\)\.?`) })
	goLink   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\[\*?([A-Za-z][\w.]*)\]`) })
	word     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b[A-Z]\w*[a-z]\w*\b`) })
	spaces   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[ \t]*\n[ \t]*`) })
)

// plainText turns a Go comment about the type t into text for readers of any
// language: types and members go by their names on the wire, and the lines of
// a paragraph become one.
func plainText(comment string, t reflect.Type) string {
	text := specNote().ReplaceAllString(comment, "")
	text = goLink().ReplaceAllStringFunc(text, func(link string) string {
		name := goLink().FindStringSubmatch(link)[1]
		_, name, _ = cutLast(name, ".")
		return linkText(name, t.PkgPath())
	})
	members := map[string]string{}
	if t.Kind() == reflect.Struct {
		memberNames(t, members)
	}
	text = word().ReplaceAllStringFunc(text, func(w string) string {
		if name, ok := members[w]; ok {
			return name
		}
		return w
	})
	paragraphs := strings.Split(strings.TrimSpace(text), "\n\n")
	for i, p := range paragraphs {
		paragraphs[i] = strings.TrimSpace(spaces().ReplaceAllString(p, " "))
	}
	return strings.Join(paragraphs, "\n\n")
}

// linkText is what a link to the Go type name of a package becomes: its name in
// the descriptions or, where it has none because it is empty, its method.
func linkText(name, pkg string) string {
	for _, of := range []reflect.Type{reflect.TypeFor[protocol.ClientRequest](), reflect.TypeFor[protocol.ServerRequest]()} {
		u, ok := wire.UnionOf(of)
		if !ok || of.PkgPath() != pkg {
			continue
		}
		for _, c := range u.Cases {
			if c.NoParams && c.Type.Name() == name {
				return c.Tag
			}
		}
	}
	for t, wire := range wireNames() {
		if t.Name() == name && t.PkgPath() == pkg {
			return wire
		}
	}
	return name
}

// memberNames adds the names on the wire of the fields of t, by field.
func memberNames(t reflect.Type, names map[string]string) {
	for i := range t.NumField() {
		sf := t.Field(i)
		tag, tagged := sf.Tag.Lookup("json")
		if sf.Anonymous && !tagged && sf.Type.Kind() == reflect.Struct {
			memberNames(sf.Type, names)
			continue
		}
		if name, _, _ := strings.Cut(tag, ","); name != "" && name != "-" {
			names[sf.Name] = name
		}
	}
}
