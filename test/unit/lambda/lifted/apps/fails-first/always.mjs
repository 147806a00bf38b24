throw new Error('fails for as long as this process lives');
