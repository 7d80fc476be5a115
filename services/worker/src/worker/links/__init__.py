"""Link states restored, revocations swept, view counts transferred."""
