// Says which view is shown, to the CSS. value: its id.
