package shellenv

import "context"

// currentAccount knows no accounts: Windows has no login shells.
func currentAccount(context.Context) (Account, error) { return Account{}, ErrNoAccount }
