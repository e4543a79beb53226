"""The pages: thin, they draw a screen and pass key presses on."""
