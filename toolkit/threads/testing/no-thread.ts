throw new Error('this thread never begins');
