"""Words everybody needs: time, errors, labels, scope, facts, jobs, paging, sets, catalogues."""
