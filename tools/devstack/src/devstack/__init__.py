"""The whole system on one machine: embedded servers, services, a supervisor."""
