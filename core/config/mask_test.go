package config

import "testing"

func TestMaskURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                               "",
		"a text: no address":             "a text: no address",
		"see http://a:b@c":               "see http://a:b@c", // not one as a whole
		"http://127.0.0.1:1/v1":          "http://127.0.0.1:1/v1",
		"https://h?x=1#token=2":          "https://h?x=1#token=2",
		"http://ann:pw@h:1/v1":           "http://ann:***@h:1/v1",
		"http://ann:p@w:x@h/a@b":         "http://ann:***@h/a@b",
		"https://ghp_x@h/":               "https://***@h/",
		"socks5://ann:pw@h":              "socks5://ann:***@h",
		"https://h/p?api_key=x&a=b&sig=": "https://h/p?api_key=***&a=b&sig=***",
		"https://h?Access_Token=x&token": "https://h?Access_Token=***&token",
		"https://h?api-key=x;y#f":        "https://h?api-key=***#f",
		"https://h?code=x?y=z":           "https://h?code=***",
	} {
		if got := MaskURL(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
