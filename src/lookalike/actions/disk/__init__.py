"""The disk: every call that changes it, names in opened folders, volumes and their trash."""
