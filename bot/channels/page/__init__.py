"""The page: a questionnaire for any phone, without an app, an account or a script. One question a screen, plain forms."""
