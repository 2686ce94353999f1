package modelclient

import (
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strings"
)

// redactor removes the secrets of a request from texts about it: services and
// proxies like to repeat what they were sent.
type redactor []string

// add makes r remove a secret. Short texts are not secret and would be found
// everywhere.
func (r *redactor) add(secret string) {
	if secret = strings.TrimSpace(secret); len(secret) >= 6 && !slices.Contains(*r, secret) {
		*r = append(*r, secret)
	}
}

// addNamed is add for headers and parameters whose names say that their values
// are secret. The forms that such a value has in an address are secret too.
func (r *redactor) addNamed(name, value string) {
	name = strings.ToLower(name)
	for _, mark := range [...]string{"key", "token", "secret", "auth", "cookie", "signature", "password", "credential"} {
		if strings.Contains(name, mark) {
			escaped := url.QueryEscape(value)
			r.add(value)
			r.add(escaped)
			r.add(strings.ReplaceAll(escaped, "+", "%20"))
			// "Bearer abc" hides abc too.
			for part := range strings.FieldsSeq(value) {
				r.add(part)
			}
			return
		}
	}
}

// addAddress is add for the parameters of an address and the password in it,
// also as the header that it becomes.
func (r *redactor) addAddress(address *url.URL) {
	for name, values := range address.Query() {
		for _, value := range values {
			r.addNamed(name, value)
		}
	}
	if password, ok := address.User.Password(); ok {
		r.add(password)
		r.add(base64.StdEncoding.EncodeToString([]byte(address.User.Username() + ":" + password)))
	}
}

// text returns s without secrets.
func (r redactor) text(s string) string {
	for _, secret := range r {
		s = strings.ReplaceAll(s, secret, "[redacted]")
	}
	return s
}

// error removes secrets from the texts that a provider put into err, one of
// the errors of this package, in place.
func (r redactor) error(err error) error {
	if err == nil || len(r) == 0 {
		return err
	}
	if e, ok := errors.AsType[*ResponseError](err); ok {
		e.Code, e.Message = r.text(e.Code), r.text(e.Message)
	}
	if e, ok := errors.AsType[*ContextWindowError](err); ok {
		e.Message = r.text(e.Message)
	}
	if e, ok := errors.AsType[*UnreadableError](err); ok {
		e.First = r.text(e.First)
	}
	if e, ok := errors.AsType[*IncompleteError](err); ok {
		e.Reason = r.text(e.Reason)
	}
	return err
}

// cause returns a connection's error without the address that it repeats,
// whose parameters may be secret.
func (r redactor) cause(err error) error {
	for {
		wrapped, ok := errors.AsType[*url.Error](err)
		if !ok {
			break
		}
		err = wrapped.Err
	}
	if text := err.Error(); r.text(text) != text {
		return errors.New(r.text(text))
	}
	return err
}
