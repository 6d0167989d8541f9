-- Codes: normalise, look up, make.

CREATE FUNCTION referrals.normalize_code(code text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'normalize_code_wrapper';
COMMENT ON FUNCTION referrals.normalize_code(text) IS
  'The normal form of a code as somebody typed it: white space and hyphens dropped, upper-cased. NULL gives NULL. Says nothing about whether such a code exists.';

CREATE FUNCTION referrals.lookup(code text) RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'lookup_wrapper';
COMMENT ON FUNCTION referrals.lookup(text) IS
  'The user_key of the participant whose code this is, however it was typed. NULL for NULL, for what is no code, for a code that nobody has, and for the code of an erased person. No input is an error.';

CREATE FUNCTION referrals.code_of(user_key text) RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'code_of_wrapper';
COMMENT ON FUNCTION referrals.code_of(text) IS
  'The code of a user, in its normal form. NULL for NULL and for a user who is not registered.';

CREATE FUNCTION referrals.generate_code(label text DEFAULT NULL) RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'generate_code_wrapper';
COMMENT ON FUNCTION referrals.generate_code(text) IS
  'A code that nobody has, not reserved: eight random characters without 0 O 1 I L, vowels and Y, or, when a label such as a name is given, its first word and two random characters (MARIA7K). Errors: 54000 if none was found.';
