-- Nobody may do anything until grant_access says so. Functions are executable by PUBLIC unless this is revoked.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA referrals FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA referrals FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA referrals FROM PUBLIC;
REVOKE ALL ON SCHEMA referrals FROM PUBLIC;
