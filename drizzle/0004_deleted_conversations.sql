-- An operator deletes a conversation: all of it goes, as with a foreign key that cascades, but at no cost for any insert. It must be at once: who
-- writes about the listing again gets a conversation with the same id. The objects of its attachments are left to the sweeper, which
-- finds their rows by `deleted_at`; nobody can send or download them any more.
CREATE FUNCTION parley_delete_conversation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM messages WHERE conversation_id = OLD.id;
  DELETE FROM changes WHERE conversation_id = OLD.id;
  DELETE FROM message_versions WHERE conversation_id = OLD.id;
  UPDATE attachments SET state = 'refused', deleted_at = to_timestamp(0) WHERE conversation_id = OLD.id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER conversations_deleted AFTER DELETE ON conversations
FOR EACH ROW EXECUTE FUNCTION parley_delete_conversation();
