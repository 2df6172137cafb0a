"""The home page: what should I do now?"""
